package dev.graft.tensor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), one fused native call per rate and decay. The values of small
 * parameters, their gradients and their moments lie one behind the other in one tensor each, so that what is done to all of them is one
 * operation. A parameter has one optimizer at a time; a later one takes it over. Moments are in the parameters' own precision and
 * live until {@link #close}, which the parameters outlive.
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
     * What is kept of some parameters.
     *
     * @param first [n]
     * @param second [n]
     */
    private record State(ParameterVector parameters, Tensor first, Tensor second) {}

    /** All of one rate and one decay. */
    private record Segment(double rate, double weightDecay, List<State> states) {}

    private final Settings settings;
    private final List<Segment> segments = new ArrayList<>();
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
        Set<Parameter> seen = new HashSet<>();
        groups.stream().flatMap(group -> group.parameters().stream()).forEach(parameter -> {
            if (!seen.add(parameter)) {
                throw new IllegalArgumentException("a parameter is given twice: " + parameter.name());
            }
        });
        try {
            for (Group group : groups) {
                add(group, decays, settings.weightDecay());
                add(group, decays.negate(), 0);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void add(Group group, Predicate<Parameter> which, double weightDecay) {
        Segment segment = new Segment(group.rate(), weightDecay, new ArrayList<>());
        segments.add(segment);
        List<Parameter> parameters = group.parameters().stream().filter(which).toList();
        try (Scope scope = Scope.open()) {
            for (ParameterVector vector : ParameterVector.of(parameters)) {
                State state = new State(vector, zerosLike(vector.values()), zerosLike(vector.values()));
                segment.states().add(state);
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
        return Tensor.zeros(values.dtype(), values.device(), values.shape()).retain();
    }

    private List<ParameterVector> vectors() {
        return segments.stream()
                .flatMap(segment -> segment.states().stream())
                .map(State::parameters)
                .toList();
    }

    /**
     * The gradients of a single element, without adding them to the parameters: the caller's, who closes them. Any thread may ask.
     */
    public StepGradients gradientsOf(Tensor element) {
        return StepGradients.of(element, vectors());
    }

    /** Moves every parameter that has a gradient by one step of the given learning rate, times its group's. */
    public void step(double learningRate, StepGradients gradients) {
        steps++;
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            // The kernel wants the number of this step, counted from one, as a FLOAT32 scalar per tensor, and only
            // reads it.
            Tensor step = Tensor.of(new float[] {steps});
            segments.forEach(segment -> step(segment, step, learningRate, gradients));
        }
    }

    private void step(Segment segment, Tensor step, double learningRate, StepGradients gradients) {
        if (segment.states().isEmpty()) {
            return;
        }
        // One upload, however many tensors there are.
        Tensor count = step.to(segment.states().getFirst().first().device());
        TensorList values = new TensorList();
        TensorList ofValues = new TensorList();
        TensorList first = new TensorList();
        TensorList second = new TensorList();
        TensorList stepCounts = new TensorList();
        for (State state : segment.states()) {
            ParameterVector parameters = state.parameters();
            StepGradients.Part part = gradients.of(parameters);
            int from = part.present().nextSetBit(0);
            while (from >= 0) { // each run of parameters that have a gradient
                int to = part.present().nextClearBit(from);
                values.add(parameters.run(parameters.values(), from, to));
                ofValues.add(parameters.run(part.flat(), from, to));
                first.add(parameters.run(state.first(), from, to));
                second.add(parameters.run(state.second(), from, to));
                stepCounts.add(count);
                from = part.present().nextSetBit(to);
            }
        }
        if (values.size > 0) {
            fusedStep(
                    learningRate * segment.rate(), segment.weightDecay(), values, ofValues, first, second, stepCounts);
        }
    }

    private void fusedStep(double rate, double weightDecay, TensorList... lists) {
        IValueVector stack = new IValueVector();
        for (int i = 0; i < 4; i++) {
            stack.push_back(lists[i].value());
        }
        stack.push_back(new TensorList().value()); // the maxima that only AMSGrad keeps
        stack.push_back(lists[4].value());
        for (double number : new double[] {rate, settings.beta1(), settings.beta2(), weightDecay, settings.epsilon()}) {
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

    /** The number of steps taken. */
    public long steps() {
        return steps;
    }

    /** The moments of all parameters. */
    public List<Moments> moments() {
        return List.copyOf(moments);
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
        for (Segment segment : segments) {
            for (State state : segment.states()) {
                state.first().close();
                state.second().close();
                state.parameters().close();
            }
        }
    }

    private static final class TensorList {
        private final GenericList list = new GenericList(ListType.ofTensors().getElementType());
        private int size;

        void add(Tensor tensor) {
            list.push_back(new IValue(tensor.handle));
            size++;
        }

        IValue value() {
            return new IValue(list);
        }
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
