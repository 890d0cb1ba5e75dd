package dev.graft.bench;

import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.method.Custom;
import dev.graft.method.Full;
import dev.graft.method.HeadOnly;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.train.Encoded;
import dev.graft.train.Evaluator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what every method's training and prediction cost beside each other, turn by turn, and prints a table. */
@Command(
        name = "steps",
        description = {
            "Measures the training steps and predictions of all methods on the same batches, turn by turn: how long they take",
            "relative to LoRA's and to full fine-tuning's, and to prediction with the plain base and a head."
        },
        mixinStandardHelpOptions = true)
final class StepsBench implements Callable<Integer> {
    @Mixin
    MeasuredOptions options = new MeasuredOptions();

    @Option(
            names = "--method",
            split = ";",
            description = "NAME[:option=value,...], separated by ; besides lora, full and head (default: all)")
    @Nullable List<String> methods;

    @Option(names = "--rows", defaultValue = "320", description = "rows of one round (default: ${DEFAULT-VALUE})")
    int rows = 320;

    /** A method's rates, examples a second. */
    private record Pace(Method method, long parameters, Rates training, Rates prediction) {}

    @Override
    public Integer call() throws IOException {
        Workload workload = Workload.named(options.data, rows);
        List<Adapter> adapters = new ArrayList<>();
        try (Base opened = options.open()) {
            Turns turns = new Turns();
            List<Pace> paces = new ArrayList<>();
            for (Method method : measured()) {
                TrainingPlan plan = plan(workload, method);
                Adapter adapter = Predicting.start(opened, plan);
                adapters.add(adapter);
                Encoded texts = Encoded.of(workload.rows(), opened.tokenizer(), plan.maxLength());
                paces.add(new Pace(
                        method,
                        method.parameters(opened.backbone().architecture()),
                        turns.with(new TrainingEpoch(opened, plan)),
                        turns.with(() -> Predicting.rate(
                                texts.size(), () -> Evaluator.outputs(adapter, opened.backbone(), texts)))));
            }
            turns.take(options.rounds);
            print(paces);
        } finally {
            adapters.forEach(Adapter::close);
        }
        return 0;
    }

    /** Every method as it is; a custom one is whatever a user makes of it. */
    static List<Method> all() {
        return Methods.all().stream()
                .filter(method -> !(method instanceof Custom))
                .toList();
    }

    private List<Method> measured() {
        if (methods == null) {
            return all();
        }
        List<Method> measured = new ArrayList<>(List.of(Lora.DEFAULT, Full.DEFAULT, HeadOnly.DEFAULT));
        methods.stream().map(Methods::parse).forEach(measured::add);
        return measured;
    }

    private static TrainingPlan plan(Workload workload, Method method) {
        TrainingPlan plan = TrainingPlan.of(workload.rows(), workload.rows().subList(0, 2), workload.task())
                .withMethod(method);
        return plan.withSettings(plan.settings().withEpochs(1));
    }

    private static void print(List<Pace> paces) {
        double lora = of(Lora.DEFAULT, paces).training().median();
        double full = of(Full.DEFAULT, paces).training().median();
        double plain = of(HeadOnly.DEFAULT, paces).prediction().median();
        System.out.println(
                "| method | trained | training, examples/s | time of LoRA's | time of full's | prediction, examples/s"
                        + " | time of the plain base's |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Pace pace : paces) {
            double training = pace.training().median();
            double prediction = pace.prediction().median();
            System.out.printf(
                    Locale.ROOT,
                    "| `%s` | %,d | %s | %.2f | %.2f | %.0f | %.2f |%n",
                    pace.method().name(),
                    pace.parameters(),
                    pace.training(),
                    lora / training,
                    full / training,
                    prediction,
                    plain / prediction);
        }
    }

    private static Pace of(Method method, List<Pace> paces) {
        return paces.stream()
                .filter(pace -> pace.method().equals(method))
                .findFirst()
                .orElseThrow();
    }
}
