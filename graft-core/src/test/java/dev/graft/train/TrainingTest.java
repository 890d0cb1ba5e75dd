package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Methods;
import dev.graft.task.Prediction;
import dev.graft.task.Regression;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingTest {
    private static final TrainingSettings SETTINGS = TrainingSettings.DEFAULT
            .withEpochs(3)
            .withBatchSize(8)
            .withLearningRate(1e-2)
            .withWarmup(0.1)
            .withDropout(0.1)
            .withPatience(0)
            .withSeed(7);

    @TempDir
    Path directory;

    private Base base;

    @BeforeEach
    void openBase() throws IOException {
        BaseFiles files = TinyBase.write(directory.resolve("base"), 3, 5000); // a table whose gradient is kept sparse
        base = Base.open(files, Precision.FP32, Device.CPU);
    }

    @AfterEach
    void closeBase() {
        base.close();
    }

    private static List<Row> reviews(int count) {
        SplittableRandom random = new SplittableRandom(5);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean good = random.nextBoolean();
            String word = List.of(
                            good ? new String[] {"good", "great", "nice"} : new String[] {"bad", "awful", "nasty"})
                    .get(random.nextInt(3));
            String text = "the film was " + "very ".repeat(random.nextInt(4)) + word + " number " + i;
            rows.add(new Row(i + 2, text, null, good ? "positive" : "negative"));
        }
        return rows;
    }

    private TrainingPlan plan(String method, TrainingSettings settings) {
        return TrainingPlan.of(reviews(80)).withMethod(Methods.parse(method)).withSettings(settings);
    }

    private Training.Outcome train(TrainingPlan plan, Path out, TrainingListener listener) {
        try (Training training = base.prepare(plan)) {
            return training.run(listener, out);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"houlsby", "lora:dropout=0.2", "prompt:length=3", "p-tuning:length=3,hidden=4", "full"})
    void aStoppedTrainingGoesOnToTheSameBytes(String method) throws IOException {
        TrainingPlan plan = plan(method, SETTINGS);
        Path whole = directory.resolve("whole");
        try (Adapter adapter = train(plan, whole, TrainingListener.SILENT).adapter()) {
            adapter.save(whole, base.backbone());
        }
        Path parts = directory.resolve("parts");
        for (int batches : new int[] {4, 9, 2}) {
            Training.Outcome stopped = train(plan, parts, new StopAfter(batches));
            assertThat(stopped.result().finished()).isFalse();
            stopped.adapter().close();
        }
        try (Adapter adapter = train(plan, parts, TrainingListener.SILENT).adapter()) {
            adapter.save(parts, base.backbone());
        }
        try (Stream<Path> files = Files.list(whole)) {
            assertThat(files.filter(file -> file.toString().endsWith(".safetensors")))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(parts.resolve(file.getFileName())).hasSameBinaryContentAs(file));
        }
    }

    @Test
    void aRuleThatIsTakenOverIsThatOfTheFirstStart() {
        TrainingSettings settings = SETTINGS.withEpochs(1);
        Path owner = directory.resolve("owner");
        Path shares = directory.resolve("shares");
        TrainingPlan plan = plan("compacter:owner=" + owner, settings);
        saveTrained(plan("compacter", settings), owner);
        try (Adapter stopped = train(plan, shares, new StopAfter(2)).adapter()) {
            saveTrained(plan("compacter", settings.withSeed(8)), owner);
            try (Adapter resumed = train(plan, shares, TrainingListener.SILENT).adapter();
                    Adapter changed = base.load(owner)) {
                assertThat(rule(resumed)).isEqualTo(rule(stopped)).isNotEqualTo(rule(changed));
            }
        }
    }

    private void saveTrained(TrainingPlan plan, Path out) {
        try (Training.Outcome outcome = train(plan, out, TrainingListener.SILENT)) {
            outcome.save();
        }
    }

    private static ByteBuffer rule(Adapter adapter) {
        return adapter.held().stream()
                .filter(parameter -> parameter.name().equals("phm.rule"))
                .findFirst()
                .orElseThrow()
                .value()
                .toBytes();
    }

    @Test
    void gradientsGatherOverBatchesAlsoAcrossAStop() throws IOException {
        TrainingSettings gathering = SETTINGS.withEpochs(2).withAccumulation(2).withDropout(0);
        TrainingPlan plan = plan("houlsby", gathering);
        try (Adapter whole = train(plan, directory.resolve("a"), TrainingListener.SILENT)
                        .adapter();
                Adapter stopped =
                        train(plan, directory.resolve("b"), new StopAfter(3)).adapter();
                Adapter resumed = train(plan, directory.resolve("b"), TrainingListener.SILENT)
                        .adapter()) {
            for (int i = 0; i < whole.parameters().size(); i++) {
                assertThat(resumed.parameters()
                                .get(i)
                                .value()
                                .equalTo(whole.parameters().get(i).value()))
                        .isTrue();
            }
        }
    }

    @Test
    void aTrainingThatEndedBeforeItsAdapterWasWrittenIsNotTrainedAgain() {
        Path out = directory.resolve("out");
        TrainingPlan plan = plan("houlsby", SETTINGS);
        try (Adapter first = train(plan, out, TrainingListener.SILENT).adapter();
                Training.Outcome again = train(plan, out, new NoBatches())) {
            assertThat(again.result().finished()).isTrue();
            for (int i = 0; i < first.parameters().size(); i++) {
                assertThat(again.adapter()
                                .parameters()
                                .get(i)
                                .value()
                                .equalTo(first.parameters().get(i).value()))
                        .isTrue();
            }
        }
    }

    private record NoBatches() implements TrainingListener {
        @Override
        public void batchDone(int rows, double loss) {
            throw new AssertionError("trained again");
        }
    }

    @Test
    void anEpochsLastStepIsTheMeanOfItsOwnBatches() {
        TrainingSettings settings = SETTINGS.withBatchSize(36).withDropout(0); // 72 rows: two batches an epoch
        try (Adapter two = train(
                                plan("houlsby", settings.withAccumulation(2)),
                                directory.resolve("a"),
                                TrainingListener.SILENT)
                        .adapter();
                Adapter five = train(
                                plan("houlsby", settings.withAccumulation(5)),
                                directory.resolve("b"),
                                TrainingListener.SILENT)
                        .adapter()) {
            for (int i = 0; i < two.parameters().size(); i++) {
                assertThat(five.parameters()
                                .get(i)
                                .value()
                                .equalTo(two.parameters().get(i).value()))
                        .isTrue();
            }
        }
    }

    @Test
    void theSameSeedTrainsTheSameAdapterAndAnotherSeedAnother() {
        try (Adapter first = train(plan("houlsby", SETTINGS), directory.resolve("a"), TrainingListener.SILENT)
                        .adapter();
                Adapter same = train(plan("houlsby", SETTINGS), directory.resolve("b"), TrainingListener.SILENT)
                        .adapter();
                Adapter other = train(
                                plan("houlsby", SETTINGS.withSeed(8)), directory.resolve("c"), TrainingListener.SILENT)
                        .adapter()) {
            assertThat(same.parameters()
                            .getFirst()
                            .value()
                            .equalTo(first.parameters().getFirst().value()))
                    .isTrue();
            assertThat(other.parameters()
                            .getFirst()
                            .value()
                            .equalTo(first.parameters().getFirst().value()))
                    .isFalse();
        }
    }

    @Test
    void aCheckpointOfAnotherTrainingIsRefused() {
        train(plan("houlsby", SETTINGS), directory.resolve("out"), new StopAfter(2))
                .adapter()
                .close();
        assertThatThrownBy(() -> train(
                        plan("houlsby", SETTINGS.withSeed(99)), directory.resolve("out"), TrainingListener.SILENT))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("the checkpoint of a training with other data or settings");
    }

    @Test
    void aLossThatIsNoNumberNamesTheStepAndKeepsTheLastCheckpoint() {
        Path out = directory.resolve("out");
        train(plan("houlsby", SETTINGS.withLearningRate(1e30)), out, new StopAfter(1))
                .adapter()
                .close();
        assertThatThrownBy(() -> train(plan("houlsby", SETTINGS.withLearningRate(1e30)), out, TrainingListener.SILENT))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching(
                        "(?s)the loss became (NaN|-?Infinity) in epoch 1, batch \\d+; lower --lr.*kept in .*");
        assertThat(Training.checkpointsOf(out)).isNotEmptyDirectory();
    }

    @Test
    void trainingLearnsAndTheBestEpochIsKept() {
        Training.Outcome outcome =
                train(plan("full", SETTINGS.withEpochs(20)), directory.resolve("out"), TrainingListener.SILENT);
        List<EpochResult> epochs = outcome.result().epochs();
        double best = epochs.get(outcome.result().best() - 1).dev().value();
        assertThat(best)
                .isEqualTo(
                        epochs.stream().mapToDouble(e -> e.dev().value()).max().orElseThrow());
        assertThat(best).isGreaterThanOrEqualTo(0.9);
        try (Adapter adapter = outcome.adapter()) {
            List<Row> rows = reviews(80);
            List<Prediction> predictions = base.predict(adapter, rows);
            long right = IntStream.range(0, rows.size())
                    .filter(i -> predictions.get(i).label().equals(rows.get(i).label()))
                    .count();
            assertThat(right).isGreaterThan(70);
        }
    }

    @Test
    void patienceEndsATrainingThatNoLongerGetsBetter() {
        TrainingSettings settings = SETTINGS.withEpochs(50).withDropout(0).withPatience(2);
        Training.Outcome outcome = train(plan("houlsby", settings), directory.resolve("out"), TrainingListener.SILENT);
        outcome.adapter().close();
        List<EpochResult> epochs = outcome.result().epochs();
        int lowestLoss = Collections.min(epochs, Comparator.comparingDouble(EpochResult::devLoss))
                .epoch();
        assertThat(epochs).hasSizeLessThan(50).hasSize(Math.max(outcome.result().best(), lowestLoss) + 2);
    }

    @Test
    void numbersAreLearnedInWhateverUnitTheyCome() {
        List<Row> rows = reviews(80).stream()
                .map(row ->
                        new Row(row.line(), row.text(), null, "positive".equals(row.label()) ? "250000" : "10000.5"))
                .toList();
        TrainingPlan plan = TrainingPlan.of(rows, new Regression()).withSettings(SETTINGS.withEpochs(8));
        Path out = directory.resolve("out");
        try (Adapter trained = train(plan, out, TrainingListener.SILENT).adapter()) {
            trained.save(out, base.backbone());
        }
        try (Adapter adapter = base.load(out)) {
            double[][] prices = base.outputs(adapter, List.of(new Row(1, "the film was great", null, null)));
            assertThat(prices[0][0]).isBetween(150_000.0, 350_000.0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"houlsby", "full"})
    void memoryIsFlatOverSteps(String method) {
        LiveObjects count = new LiveObjects();
        train(plan(method, SETTINGS.withEpochs(30).withBatchSize(16)), directory.resolve("out"), count)
                .adapter()
                .close();
        assertThat(count.afterEpoch.getLast()).isLessThanOrEqualTo(count.afterEpoch.get(1) + 64);
    }

    /** Asks to stop after so many batches. */
    private static final class StopAfter implements TrainingListener {
        private int left;

        StopAfter(int batches) {
            left = batches;
        }

        @Override
        public void batchDone(int rows, double loss) {
            left--;
        }

        @Override
        public boolean stopRequested() {
            return left <= 0;
        }
    }

    /** Counts native objects at the start of each epoch. */
    private static final class LiveObjects implements TrainingListener {
        final List<Long> afterEpoch = new ArrayList<>();

        @Override
        public void epochStarted(int epoch, int batchesDone, int batches) {
            System.gc();
            afterEpoch.add(dev.graft.tensor.Scope.liveObjects());
        }
    }
}
