package dev.graft.method;

import dev.graft.model.Delta;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Marks;
import dev.graft.model.ModelException;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** Rows in the place of the pseudo tokens that a template wrote, the first row for number 1. */
record MarkedRows(Site.Embedding site, PromptEncoder encoder) implements EmbeddingDelta, Reparameterized {
    @Override
    public Embedded apply(Embedded embedded, Pass pass) {
        Marks marks = embedded.marks();
        if (marks == null) {
            throw new ModelException(
                    "pseudo tokens of a template stand in texts that the template wrote; these are plain");
        }
        Tensor rows = encoder.rows().to(pass.dtype()); // [m, d]
        Tensor none = Tensor.zeros(rows.dtype(), rows.device(), 1, rows.size(1));
        Tensor pseudo = Functions.embedding(Tensor.concatenate(0, none, rows), marks.pseudo()); // [B, T, d]
        Tensor kept = embedded.states().times(marks.notPseudo(pass.dtype()).unsqueeze(2));
        return embedded.withStates(kept.plus(pseudo));
    }

    @Override
    public List<Parameter> parameters() {
        return encoder.parameters();
    }

    @Override
    public Delta stored() {
        return new MarkedRows(site, encoder.stored());
    }
}
