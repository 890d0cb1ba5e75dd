package dev.graft.method;

import dev.graft.model.Delta;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** The same rows among the embeddings of every text, from position {@code at} on. */
record InsertedRows(Site.Embedding site, PromptEncoder encoder, int at) implements EmbeddingDelta, Reparameterized {
    @Override
    public Embedded apply(Embedded embedded, Pass pass) {
        long batch = embedded.states().size(0);
        Tensor rows = encoder.rows().to(pass.dtype()); // [E, d]
        return embedded.insert(at, rows.unsqueeze(0).expand(batch, rows.size(0), rows.size(1)));
    }

    @Override
    public List<Parameter> parameters() {
        return encoder.parameters();
    }

    @Override
    public Delta stored() {
        return new InsertedRows(site, encoder.stored(), at);
    }
}
