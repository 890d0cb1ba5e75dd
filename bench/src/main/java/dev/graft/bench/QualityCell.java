package dev.graft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.weights.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One finished training of the grid.
 *
 * @param task the data set
 * @param method the method as the command line takes it
 * @param dropout the share of activations that the base dropped in training
 * @param learningRate the peak rate
 * @param seed decides everything random
 * @param held the task's metric on the held-back training rows, of the best epoch
 * @param epoch that epoch
 * @param reported the task's metric on the reported set; NaN for cells of the search, which never look at it
 * @param parameters what trains, the head left out
 * @param share of the base
 * @param seconds of training, judging included
 */
record QualityCell(
        String task,
        String method,
        double dropout,
        double learningRate,
        long seed,
        double held,
        int epoch,
        double reported,
        long parameters,
        double share,
        double seconds) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UNSAFE = "[^A-Za-z0-9+.=-]";

    /** What is to be trained: whatever decides a cell's numbers. */
    record Key(
            QualityTask task,
            String method,
            double dropout,
            double learningRate,
            long seed,
            int epochs,
            boolean reports) {
        /**
         * The name of the cell's file: everything of the key is in it, so that no other setting is taken for it.
         *
         * @param setting base and type
         */
        String fileName(String setting) {
            return "%s_%s-%depochs%s_%s_lr%s_seed%d_%s.json"
                    .formatted(
                            task.name(),
                            setting.replaceAll(UNSAFE, "_"),
                            epochs,
                            dropout == 0 ? "" : "-dropout" + dropout,
                            method.replaceAll(UNSAFE, "_"),
                            learningRate,
                            seed,
                            reports ? "report" : "search");
        }
    }

    /** A finished cell, so that a grid goes on where it was stopped. */
    static Optional<QualityCell> read(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(JSON.readValue(file.toFile(), QualityCell.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": not a finished cell; delete it to measure it again", e);
        }
    }

    void write(Path file) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(this);
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(bytes)));
    }
}
