package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a template made of the positions of a batch.
 *
 * @param pseudo the number of the pseudo token at a position, from 1 on, and 0 elsewhere, INT64 [B, T]
 * @param answer 1 at the mask that asks for a word and 0 elsewhere, INT64 [B, T]
 */
public record Marks(Tensor pseudo, Tensor answer) {
    /** From one array per text, padded with zeros: the number of a pseudo token, -1 for the mask. */
    static Marks of(List<int[]> texts, int columns, Device device) {
        long[] pseudo = new long[texts.size() * columns];
        long[] answer = new long[texts.size() * columns];
        for (int i = 0; i < texts.size(); i++) {
            int[] marks = texts.get(i);
            for (int j = 0; j < marks.length; j++) {
                pseudo[i * columns + j] = Math.max(0, marks[j]);
                answer[i * columns + j] = marks[j] < 0 ? 1 : 0;
            }
        }
        return new Marks(
                Tensor.of(pseudo, texts.size(), columns).to(device),
                Tensor.of(answer, texts.size(), columns).to(device));
    }

    /**
     * @throws ModelException where no template wrote the texts, or one without a mask
     */
    static Marks require(@Nullable Marks marks) {
        if (marks == null || marks.answer().sum().item() != marks.answer().size(0)) {
            throw new ModelException(
                    "a masked-LM head answers at [MASK], which each text needs once; write them by a template with [MASK]");
        }
        return marks;
    }

    /** The row at the mask, [B, T, ..] to [B, 1, ..]. */
    Tensor answerOf(Tensor rows) {
        Tensor weights = answer.to(rows.dtype()); // [B, T]
        return rows.times(rows.dimensions() == 2 ? weights : weights.unsqueeze(2))
                .sum(1, true);
    }

    /** The marks of some of the rows. */
    Marks only(UnaryOperator<Tensor> rows) {
        return new Marks(rows.apply(pseudo), rows.apply(answer));
    }

    /** 0 at pseudo tokens and 1 elsewhere, [B, T]. */
    public Tensor notPseudo(DType dtype) {
        return pseudo.times(-1).plus(1).relu().to(dtype);
    }
}
