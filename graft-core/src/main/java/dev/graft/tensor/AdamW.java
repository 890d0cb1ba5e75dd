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
import org.bytedeco.pytorch.global.torch;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), one fused native call per group of parameters. Its
 * two moments per parameter are kept in the parameter's own precision and live until {@link #close}.
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

    private final Settings settings;
    private final List<Group> groups = new ArrayList<>();
    private long steps;

    /** An optimizer whose weight decay applies to those parameters that {@linkplain Parameter#decays declare it}. */
    public AdamW(List<Parameter> parameters, Settings settings) {
        this(parameters, settings, Parameter::decays);
    }

    private AdamW(List<Parameter> parameters, Settings settings, Predicate<Parameter> decays) {
        this.settings = settings;
        addGroup(parameters.stream().filter(decays).toList(), settings.weightDecay());
        addGroup(parameters.stream().filter(decays.negate()).toList(), 0);
    }

    /** An optimizer whose weight decay applies to every parameter, as torch's does where nobody makes groups. */
    public static AdamW decayingAll(List<Parameter> parameters, Settings settings) {
        return new AdamW(parameters, settings, parameter -> true);
    }

    private void addGroup(List<Parameter> parameters, double weightDecay) {
        if (!parameters.isEmpty()) {
            groups.add(new Group(parameters, weightDecay));
        }
    }

    /** Moves every parameter that has a gradient by one step of the given learning rate. */
    public void step(double learningRate) {
        steps++;
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            groups.forEach(group -> group.step(learningRate));
        }
    }

    /** The number of steps taken. */
    public long steps() {
        return steps;
    }

    /** One parameter's moments, for checkpoints; the tensors stay this optimizer's. */
    public record Moments(Parameter parameter, Tensor first, Tensor second) {}

    /** The moments of all parameters. */
    public List<Moments> moments() {
        return groups.stream().flatMap(group -> group.moments.stream()).toList();
    }

    /** Goes on from a checkpoint: {@link #moments()} were overwritten in place, and so many steps were taken. */
    public void resumeAt(long stepsTaken) {
        steps = stepsTaken;
    }

    /**
     * Scales the gradients so that their common norm is at most {@code maximum}.
     *
     * @return the norm before; NaN or infinity where a gradient is
     */
    public static double clipGradients(List<Parameter> parameters, double maximum) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            List<Tensor> withGradient = new ArrayList<>();
            for (Parameter parameter : parameters) {
                if (parameter.gradient() != null) {
                    withGradient.add(parameter.value());
                }
            }
            return Native.call(() -> torch.clip_grad_norm_(Tensor.vector(withGradient), maximum));
        }
    }

    @Override
    public void close() {
        for (Moments moments : moments()) {
            moments.first().close();
            moments.second().close();
        }
    }

    private final class Group {
        private final double weightDecay;
        private final List<Moments> moments = new ArrayList<>();

        Group(List<Parameter> parameters, double weightDecay) {
            this.weightDecay = weightDecay;
            for (Parameter parameter : parameters) {
                moments.add(new Moments(parameter, zerosLike(parameter), zerosLike(parameter)));
            }
        }

        private static Tensor zerosLike(Parameter parameter) {
            try (Scope scope = Scope.open()) {
                Tensor value = parameter.value();
                return Tensor.zeros(value.dtype(), value.device(), value.shape())
                        .retain();
            }
        }

        void step(double learningRate) {
            TensorList values = new TensorList();
            TensorList gradients = new TensorList();
            TensorList first = new TensorList();
            TensorList second = new TensorList();
            TensorList stepCounts = new TensorList();
            // The kernel wants the number of this step, counted from one, as a FLOAT32 scalar per tensor, and only
            // reads it.
            Tensor step = Tensor.of(new float[] {steps})
                    .to(moments.getFirst().parameter().value().device());
            for (Moments m : moments) {
                Tensor gradient = m.parameter().gradient();
                if (gradient == null) {
                    continue;
                }
                values.add(m.parameter().value());
                gradients.add(gradient);
                first.add(m.first());
                second.add(m.second());
                stepCounts.add(step);
            }
            if (values.size > 0) {
                fusedStep(learningRate, values, gradients, first, second, stepCounts);
            }
        }

        private void fusedStep(double learningRate, TensorList... lists) {
            IValueVector stack = new IValueVector();
            for (int i = 0; i < 4; i++) {
                stack.push_back(lists[i].value());
            }
            stack.push_back(new TensorList().value()); // the maxima that only AMSGrad keeps
            stack.push_back(lists[4].value());
            for (double number :
                    new double[] {learningRate, settings.beta1(), settings.beta2(), weightDecay, settings.epsilon()}) {
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
