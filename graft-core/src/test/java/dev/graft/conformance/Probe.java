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
        output = flow.output().toDoubles();
        recorded = flow.output().requiresGradient();
        return flow.output();
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
