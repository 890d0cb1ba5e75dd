package dev.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019). The values of its parameters, their gradients and the two
 * moments lie one behind the other in one tensor each, in the parameters' own precision, so that a step is one fused native call for all
 * parameters of one rate and decay but the large ones, which have a call of their own. Moments live until {@link #close}; the parameters
 * outlive it.
 */
public final class AdamW implements AutoCloseable {
    /**
     * Settings that hold for a whole training.
     *
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay the share of a decaying parameter that a step of rate 1 takes away
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {
        public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0.01);

        public Settings withWeightDecay(double newWeightDecay) {
            return new Settings(beta1, beta2, epsilon, newWeightDecay);
        }
    }

    /**
     * Parameters of one rate.
     *
     * @param rate what a step's rate is multiplied by
     */
    public record Group(List<Parameter> parameters, double rate) {}

    /** One parameter's moments, for checkpoints; the tensors stay this optimizer's. */
    public record Moments(Parameter parameter, Tensor first, Tensor second) {}

    /**
     * What a vector of parameters has of its own.
     *
     * @param first [n]
     * @param second [n]
     */
    private record State(double rate, double weightDecay, Tensor first, Tensor second) {}

    private final Settings settings;
    private final List<ParameterVector> vectors = new ArrayList<>();
    private final List<State> states = new ArrayList<>(); // one per vector
    private final List<Moments> moments = new ArrayList<>();
    private long steps;

    /** An optimizer whose weight decay applies to those parameters that {@linkplain Parameter#decays declare it}. */
    public AdamW(List<Parameter> parameters, Settings settings) {
        this(List.of(new Group(parameters, 1)), settings, Parameter::decays);
    }

    /** As {@link #AdamW(List, Settings)}, of parameters of several rates. */
    public static AdamW ofGroups(List<Group> groups, Settings settings) {
        return new AdamW(groups, settings, Parameter::decays);
    }

    /** An optimizer whose weight decay applies to every parameter, as torch's does where nobody makes groups. */
    public static AdamW decayingAll(List<Parameter> parameters, Settings settings) {
        return new AdamW(List.of(new Group(parameters, 1)), settings, parameter -> true);
    }

    private AdamW(List<Group> groups, Settings settings, Predicate<Parameter> decays) {
        this.settings = settings;
        for (Group group : groups) {
            add(group, decays, settings.weightDecay());
            add(group, decays.negate(), 0);
        }
    }

    private void add(Group group, Predicate<Parameter> which, double weightDecay) {
        for (ParameterVector vector :
                ParameterVector.of(group.parameters().stream().filter(which).toList())) {
            State state = new State(group.rate(), weightDecay, zerosLike(vector.values()), zerosLike(vector.values()));
            vectors.add(vector);
            states.add(state);
            try (Scope scope = Scope.open()) {
                for (int i = 0; i < vector.parameters().size(); i++) {
                    moments.add(new Moments(
                            vector.parameters().get(i),
                            vector.place(state.first(), i).retain(),
                            vector.place(state.second(), i).retain()));
                }
            }
        }
    }

    private static Tensor zerosLike(Tensor values) {
        try (Scope scope = Scope.open()) {
            return Tensor.zeros(values.dtype(), values.device(), values.shape()).retain();
        }
    }

    /**
     * The gradients of a single element, without adding them to the parameters: the caller's, who closes them. Any thread may ask.
     */
    public GradientVector gradientsOf(Tensor element) {
        return GradientVector.of(element, vectors);
    }

    /** Moves every parameter that has a gradient by one step of the given learning rate, times its group's. */
    public void step(double learningRate, GradientVector gradients) {
        steps++;
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            for (int i = 0; i < vectors.size(); i++) {
                step(i, learningRate, gradients);
            }
        }
    }

    /** Steps over all runs of parameters that have a gradient. */
    private void step(int vector, double learningRate, GradientVector gradients) {
        int end = vectors.get(vector).parameters().size();
        int from = 0;
        while (from < end) {
            int to = from;
            while (to < end && gradients.has(vector, to)) {
                to++;
            }
            if (to > from) {
                fusedStep(vector, from, to, learningRate, gradients);
            }
            from = to + 1;
        }
    }

    private void fusedStep(int vector, int from, int to, double learningRate, GradientVector gradients) {
        ParameterVector parameters = vectors.get(vector);
        State state = states.get(vector);
        IValueVector stack = new IValueVector();
        for (Tensor each : List.of(parameters.values(), gradients.values(vector), state.first(), state.second())) {
            stack.push_back(list(parameters.run(each, from, to)));
        }
        stack.push_back(list()); // the maxima that only AMSGrad keeps
        // The kernel wants the number of this step, counted from one, as a FLOAT32 scalar per tensor, and only reads
        // it.
        stack.push_back(
                list(Tensor.of(new float[] {steps}).to(parameters.values().device())));
        for (double number : new double[] {
            learningRate * state.rate(), settings.beta1(), settings.beta2(), state.weightDecay(), settings.epsilon()
        }) {
            stack.push_back(new IValue(number));
        }
        stack.push_back(new IValue(false)); // amsgrad
        stack.push_back(new IValue(false)); // maximize
        stack.push_back(new IValue()); // gradient scale
        stack.push_back(new IValue()); // found infinity
        Native.call(() -> {
            Kernel.FUSED_ADAMW.callBoxed(stack);
            return stack;
        });
    }

    private static IValue list(Tensor... tensors) {
        GenericList list = new GenericList(ListType.ofTensors().getElementType());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor.handle));
        }
        return new IValue(list);
    }

    /** The number of steps taken. */
    public long steps() {
        return steps;
    }

    /** The moments of all parameters. */
    public List<Moments> moments() {
        return moments;
    }

    /** Goes on from a checkpoint: {@link #moments()} were overwritten in place, and so many steps were taken. */
    public void resumeAt(long stepsTaken) {
        steps = stepsTaken;
    }

    @Override
    public void close() {
        for (Moments each : moments) {
            each.first().close();
            each.second().close();
        }
        for (State state : states) {
            state.first().close();
            state.second().close();
        }
        vectors.forEach(ParameterVector::close);
    }

    private static final class Kernel {
        static final OperatorHandle FUSED_ADAMW = find();

        private static OperatorHandle find() {
            OperatorHandle kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
            kernel.retainReference(); // first used within a scope, kept for the life of the process
            return kernel;
        }
    }
}
