package dev.graft.bench;

import dev.graft.bench.micro.TensorCalls;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the small things with JMH, each in a process of its own. */
@Command(
        name = "micro",
        description = "Measures tensor calls, tokenizing, collation and reading safetensors with JMH.",
        mixinStandardHelpOptions = true)
final class MicroBench implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "5", description = "measured seconds each (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    @Override
    public Integer call() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(TensorCalls.class.getPackageName())
                        .forks(1)
                        .warmupIterations(rounds)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(rounds)
                        .measurementTime(TimeValue.seconds(1))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        System.out.println("| what | median | slowest and fastest second | unit |");
        System.out.println("|---|---|---|---|");
        for (RunResult run : results) {
            Result<?> result = run.getPrimaryResult();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %,.3f | %,.3f to %,.3f | %s |%n",
                    run.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1"),
                    result.getStatistics().getPercentile(50),
                    result.getStatistics().getMin(),
                    result.getStatistics().getMax(),
                    result.getScoreUnit());
        }
        return 0;
    }
}
