package dev.graft.model;

import dev.graft.tensor.Tensor;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Nonlinear functions, under the names that {@code config.json} and adapter files use. */
public enum Activation {
    RELU(Tensor::relu),
    GELU(Tensor::gelu),
    GELU_NEW(Tensor::geluTanh),
    SILU(Tensor::silu),
    TANH(Tensor::tanh),
    SIGMOID(Tensor::sigmoid),
    LINEAR(x -> x);

    private final UnaryOperator<Tensor> function;

    Activation(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    public Tensor apply(Tensor x) {
        return function.apply(x);
    }

    /**
     * The activation of that name, in any case.
     *
     * @throws IllegalArgumentException for a name that is not one, listing those that are
     */
    public static Activation named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "relu" -> RELU;
            case "gelu" -> GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> GELU_NEW;
            case "silu", "swish" -> SILU;
            case "tanh" -> TANH;
            case "sigmoid" -> SIGMOID;
            case "linear" -> LINEAR;
            default ->
                throw new IllegalArgumentException(
                        "activation must be relu, gelu, gelu_new, silu, swish, tanh, sigmoid or linear: " + name);
        };
    }
}
