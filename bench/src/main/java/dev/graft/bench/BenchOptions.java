package dev.graft.bench;

import dev.graft.TrainingPlan;
import dev.graft.method.Methods;
import picocli.CommandLine.Option;

/** What one method is measured with, beside the Python libraries too. */
final class BenchOptions extends MeasuredOptions {
    @Option(
            names = "--method",
            defaultValue = "houlsby",
            description = "NAME[:option=value,...]; with --peers one of " + Comparison.NAMES + " (default: houlsby)")
    String method = "houlsby";

    @Option(names = "--rows", defaultValue = "1920", description = "rows of one round (default: ${DEFAULT-VALUE})")
    int rows = 1920;

    @Option(names = "--peers", description = "measure the Python libraries too, in turns")
    boolean peers;

    @Option(names = "--json", description = "one line of JSON")
    boolean json;

    Workload workload() {
        return Workload.named(data, rows);
    }

    /** The workload under the method, with the library's own settings. */
    TrainingPlan plan(Workload workload) {
        String configured = peers ? Comparison.of(method).graft() : method;
        return TrainingPlan.of(workload.rows(), workload.rows().subList(0, 2), workload.task())
                .withMethod(Methods.parse(configured));
    }
}
