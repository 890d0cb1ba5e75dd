package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/** Full fine-tuning, the yardstick: every tensor of the base trains, as the adapter's own copy (methods.md 22). */
public record Full() implements Method {
    public static final Full DEFAULT = new Full();

    @Override
    public String name() {
        return "full";
    }

    @Override
    public Axes axes() {
        return new Axes("every base tensor", "a copy of its own", "–", "in its place", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return Unfrozen.copies(Unfrozen.all(base), start);
    }

    @Override
    public long parameters(Architecture base) {
        return Unfrozen.count(Unfrozen.all(base), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 5e-5 : 2e-5;
    }
}
