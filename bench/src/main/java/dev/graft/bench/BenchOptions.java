package dev.graft.bench;

import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.method.Methods;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import picocli.CommandLine.Option;

/** What is measured, on what, and how often. */
final class BenchOptions {
    @Option(names = "--data", defaultValue = "sst2", description = "sst2, books or a file (default: ${DEFAULT-VALUE})")
    String data = "sst2";

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(
            names = "--method",
            defaultValue = "houlsby",
            description = "NAME[:option=value,...]; with --peers one of " + Comparison.NAMES + " (default: houlsby)")
    String method = "houlsby";

    @Option(names = "--dtype", defaultValue = "auto", description = "fp32, bf16 or auto (default: auto)")
    String dtype = "auto";

    @Option(names = "--rows", defaultValue = "1920", description = "rows of one round (default: ${DEFAULT-VALUE})")
    int rows = 1920;

    @Option(names = "--rounds", defaultValue = "5", description = "measured rounds (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    @Option(names = "--peers", description = "measure the Python libraries too, in turns")
    boolean peers;

    @Option(names = "--json", description = "one line of JSON")
    boolean json;

    Workload workload() {
        return Workload.named(data, rows);
    }

    BaseFiles files() {
        return Hub.standard().resolve(base);
    }

    Base open() {
        return Base.open(files(), Precision.named(dtype), Device.CPU);
    }

    /** The workload under the method, with the library's own settings. */
    TrainingPlan plan(Workload workload) {
        String configured = peers ? Comparison.of(method).graft() : method;
        return TrainingPlan.of(workload.rows(), workload.rows().subList(0, 2), workload.task())
                .withMethod(Methods.parse(configured));
    }
}
