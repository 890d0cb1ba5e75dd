package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/**
 * LayerNorm tuning: weight and bias of every normalisation train, the embedding's included. The start is exactly the base.
 * Trains {@code 2d(2L + 1)} scalars (methods.md 20).
 */
public record LayerNorm() implements Method {
    public static final LayerNorm DEFAULT = new LayerNorm();

    @Override
    public String name() {
        return "layernorm";
    }

    @Override
    public Axes axes() {
        return new Axes("every normalisation", "copies of weight and bias", "–", "in their place", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return Unfrozen.copies(Unfrozen.norms(base), start);
    }

    @Override
    public long parameters(Architecture base) {
        return Unfrozen.count(Unfrozen.norms(base), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 2e-3 : 1e-3;
    }
}
