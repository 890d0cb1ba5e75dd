package dev.graft.bench;

import dev.graft.data.Row;
import dev.graft.task.Metrics;
import dev.graft.task.Targets;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import dev.graft.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One word of the whole vocabulary per row: cross entropy, and the share of rows whose word is the first. */
record WordTargets(List<Integer> words) implements Targets {
    static WordTargets of(List<Row> facts, Tokenizer tokenizer) {
        return new WordTargets(facts.stream()
                .map(fact -> tokenizer.idOf(Objects.requireNonNull(fact.label())))
                .toList());
    }

    @Override
    public int size() {
        return words.size();
    }

    @Override
    public Tensor loss(Tensor outputs, int[] rows, boolean balanced) {
        long[] targets = Arrays.stream(rows).mapToLong(words::get).toArray();
        return Functions.crossEntropy(
                outputs, Tensor.of(targets, targets.length).to(outputs.device()), null);
    }

    @Override
    public Metrics score(double[][] outputs) {
        long right = 0;
        for (int row = 0; row < outputs.length; row++) {
            double[] scores = outputs[row];
            double own = scores[words.get(row)];
            if (Arrays.stream(scores).noneMatch(score -> score > own)) {
                right++;
            }
        }
        return new Metrics(Map.of(Metrics.ACCURACY, (double) right / outputs.length), Metrics.ACCURACY);
    }
}
