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
 * @param learningRate the peak rate
 * @param seed decides everything random
 * @param held the primary metric on the held-back training rows, of the best epoch
 * @param epoch that epoch
 * @param reported the primary metric on the reported set; NaN for cells of the search, which never look at it
 * @param parameters what trains, the head left out
 * @param share of the base
 * @param seconds of training, judging included
 */
record QualityCell(
        String task,
        String method,
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

    /**
     * The name of a cell's file: whatever decides its numbers is in it, so that no other setting is taken for it.
     *
     * @param setting base, type and epochs
     */
    static String fileName(
            String task, String setting, String method, double learningRate, long seed, boolean reports) {
        return "%s_%s_%s_lr%s_seed%d_%s.json"
                .formatted(
                        task,
                        setting.replaceAll(UNSAFE, "_"),
                        method.replaceAll(UNSAFE, "_"),
                        learningRate,
                        seed,
                        reports ? "report" : "search");
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
