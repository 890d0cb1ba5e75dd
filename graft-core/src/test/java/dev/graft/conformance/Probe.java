package dev.graft.conformance;

import dev.graft.model.Flow;
import dev.graft.model.OutputDelta;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** Notes what passes at a site in the latest forward pass, and changes nothing. */
final class Probe implements OutputDelta {
    private final Site site;
    private double[] input = {};
    private double[] output = {};
    private boolean recorded;

    Probe(Site site) {
        this.site = site;
    }

    @Override
    public Site site() {
        return site;
    }

    @Override
    public Tensor apply(Flow flow) {
        input = flow.input().toDoubles();
        output = flow.output().toDoubles();
        recorded = flow.output().requiresGradient();
        return flow.output();
    }

    /** What the place read, in row-major order. */
    double[] input() {
        return input;
    }

    /** The output that passed, in row-major order. */
    double[] output() {
        return output;
    }

    /** Whether what passed was recorded for gradients. */
    boolean wasRecorded() {
        return recorded;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of();
    }
}
