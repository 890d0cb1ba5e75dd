package dev.graft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.task.Classification;
import dev.graft.task.Metrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QualityCellTest {
    private static final QualityTask TASK = new QualityTask(
            "cola", List.of(), List.of(), List::of, new Classification(List.of("0", "1")), Metrics.MATTHEWS, 5);

    @TempDir
    Path folder;

    @Test
    void whateverDecidesACellIsInItsName() {
        QualityCell.Key key = new QualityCell.Key(TASK, "lora:rank=4", 0.1, 2e-3, 7, 5, true);

        assertThat(key.fileName("minilm-bf16"))
                .isEqualTo("cola_minilm-bf16-5epochs-dropout0.1_lora_rank=4_lr0.002_seed7_report.json");
        assertThat(new QualityCell.Key(TASK, "full", 0, 1e-4, 1, 3, false).fileName("/bases/x-fp32"))
                .isEqualTo("cola__bases_x-fp32-3epochs_full_lr1.0E-4_seed1_search.json");
    }

    @Test
    void aFinishedCellIsReadAgain() throws IOException {
        QualityCell cell = new QualityCell("cola", "lora", 0.1, 2e-3, 7, 0.5, 3, Double.NaN, 10, 0.01, 12.5);
        cell.write(folder.resolve("cell.json"));

        assertThat(QualityCell.read(folder.resolve("cell.json"))).hasValue(cell);
        assertThat(QualityCell.read(folder.resolve("none.json"))).isEmpty();
    }

    @Test
    void theRateWithTheBestHeldBackScoreIsChosen() {
        List<QualityCell> candidates = List.of(candidate(1e-4, 0.5), candidate(2e-4, 0.75), candidate(4e-4, 0.25));

        assertThat(new QualitySearch(candidates).best().learningRate()).isEqualTo(2e-4);
    }

    private static QualityCell candidate(double rate, double held) {
        return new QualityCell("cola", "lora", 0, rate, 1, held, 1, Double.NaN, 10, 0.01, 1);
    }
}
