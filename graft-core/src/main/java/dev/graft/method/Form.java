package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** The functional form of a change, one of the four axes: what computes it. */
public interface Form {
    /** The change, [.., d_out], from what it reads, [.., d_in], each row from the same row. */
    Tensor apply(Tensor x, Pass pass);

    /** What trains, and what is held {@linkplain Parameter#frozen as it is}. */
    List<Parameter> parameters();
}
