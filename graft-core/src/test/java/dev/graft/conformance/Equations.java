package dev.graft.conformance;

import dev.graft.method.Form;
import dev.graft.method.HeadsForm;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Heads;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Forms and deltas of an equation whose tensors a test has at hand. */
final class Equations {
    private Equations() {}

    /** Of the rows that pass at a site, [.., in] to [.., out]. */
    record OfRows(UnaryOperator<Tensor> equation) implements Form {
        @Override
        public Tensor apply(Tensor x, Pass pass) {
            return equation.apply(x);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    /** Of the embedded text. */
    record OfEmbedded(Stage stage, UnaryOperator<Embedded> equation) implements EmbeddingDelta {
        @Override
        public Site site() {
            return new Site.Embedding(stage);
        }

        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            return equation.apply(embedded);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    /** Of the queries of an attention. */
    interface HeadsEquation {
        /** [B, H, T, e] from the queries, [B, H, T, e]. */
        Tensor apply(Tensor queries, Heads heads);
    }

    /** See {@link HeadsEquation}. */
    record OfQueries(HeadsEquation equation) implements HeadsForm {
        @Override
        public Tensor apply(Heads heads, Pass pass) {
            return equation.apply(heads.queries(), heads);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
