package dev.graft.method;

import dev.graft.model.Heads;
import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** The functional form of a change inside attention: what computes it, from the queries of every head. */
public interface HeadsForm {
    /** The change of what the heads give, [B, H, T, e], each row from the same row's queries. */
    Tensor apply(Heads heads, Pass pass);

    /** What trains. */
    List<Parameter> parameters();
}
