package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/** No delta at all: only the head trains, on the frozen base's vectors. */
public record HeadOnly() implements Method {
    public static final HeadOnly DEFAULT = new HeadOnly();

    @Override
    public String name() {
        return "head";
    }

    @Override
    public Axes axes() {
        return new Axes("nowhere", "the head alone", "–", "–", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return List.of();
    }

    @Override
    public long parameters(Architecture base) {
        return 0;
    }

    @Override
    public double learningRate(Architecture base) {
        return 5e-3;
    }
}
