package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Methods;
import dev.graft.model.Batch;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.model.ModelException;
import dev.graft.model.Pooling;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rows of the last layer that a pooling does not read are left out, and nothing that it reads changes by that. */
class RowsReadTest {
    private static final double ROUNDING = 1e-12;

    @OnRotatingBackbones
    void theFirstRowIsTheSameWithoutTheOthers(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            Hidden all = specimen.forward(Texts.all(), Mode.EVALUATION);
            Hidden read = specimen.base().forward(Texts.all(), Pooling.CLS, specimen.deltas(), Mode.EVALUATION);
            assertThat(pooled(specimen, read, Pooling.CLS))
                    .containsExactly(pooled(specimen, all, Pooling.CLS), within(ROUNDING));
            boolean alone = specimen.deltas().all().stream().allMatch(Delta::rowwise);
            assertThat(read.states().size(1)).isEqualTo(alone ? 1 : all.states().size(1));
        }
    }

    private static double[] pooled(Specimen specimen, Hidden hidden, Pooling pooling) {
        Tensor pooled = specimen.base().pool(hidden, pooling, specimen.deltas(), Mode.EVALUATION);
        return pooled.toDoubles();
    }

    /** A gate is a mean over the text, so that its rows are needed; what is no built-in delta may look wherever it likes. */
    @Test
    void rowsAreLeftOutUnlessADeltaLooksAtThem() {
        assertThat(rowsWith("houlsby")).isEqualTo(1);
        assertThat(rowsWith("lora")).isEqualTo(1);
        assertThat(rowsWith("prefix")).isEqualTo(1);
        assertThat(rowsWith("mam")).isEqualTo(1);
        assertThat(rowsWith("ia3")).isEqualTo(1);
        assertThat(rowsWith("full")).isEqualTo(1);
        assertThat(rowsWith("unipelt")).isGreaterThan(1);
        assertThat(rowsWith("pfeiffer:gate=masked")).isGreaterThan(1);
        assertThat(rowsWith(new Deltas(List.of(new Probe(
                        BackboneUnderTest.BERT.base().architecture().sites().getLast())))))
                .isGreaterThan(1);
    }

    private static long rowsWith(String method) {
        try (Specimen specimen = Specimen.fresh(Methods.parse(method), BackboneUnderTest.BERT)) {
            return rowsWith(specimen.deltas());
        }
    }

    private static long rowsWith(Deltas deltas) {
        Hidden hidden = BackboneUnderTest.BERT.base().forward(Texts.all(), Pooling.CLS, deltas, Mode.EVALUATION);
        return hidden.states().size(1);
    }

    @Test
    void theRowOfTheMaskIsTheSameWithoutTheOthers() {
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("p-tuning:template=[P] {text} [MASK]"), BackboneUnderTest.BERT)) {
            Batch batch = Batch.of(
                    List.of(new int[] {2, 0, 17, 45, 4, 3}, new int[] {2, 0, 4, 3}),
                    List.of(new int[6], new int[4]),
                    List.of(new int[] {0, 1, 0, 0, -1, 0}, new int[] {0, 1, -1, 0}),
                    0,
                    Device.CPU);
            Hidden all = specimen.forward(batch, Mode.EVALUATION);
            Hidden read = specimen.base().forward(batch, Pooling.ANSWER, specimen.deltas(), Mode.EVALUATION);
            assertThat(read.states().size(1)).isEqualTo(1);
            assertThat(pooled(specimen, read, Pooling.ANSWER))
                    .containsExactly(pooled(specimen, all, Pooling.ANSWER), within(ROUNDING));
        }
    }

    @Test
    void textsWithoutAMaskAreRefused() {
        assertThatThrownBy(() -> BackboneUnderTest.BERT
                        .base()
                        .forward(Texts.all(), Pooling.ANSWER, Deltas.NONE, Mode.EVALUATION))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("[MASK]");
    }
}
