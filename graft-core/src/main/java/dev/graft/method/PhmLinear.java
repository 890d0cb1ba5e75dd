package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * Parameterised hypercomplex multiplication, Zhang et al. 2021 (arXiv 2102.08597): a linear map whose matrix is a sum of
 * Kronecker products.
 *
 * <pre>
 *   y = x W + b        W = sum_i A_i (x) B_i        [in, out]
 *   (x W)[c, q] = sum_i sum_a A_i[a, c] sum_p x[a, p] B_i[p, q]
 * </pre>
 *
 * with x seen as [n, in / n] and x W as [n, out / n]. W is never formed; the sum over a, which widens what passes n times
 * over, is taken at the narrower end. Has {@code n^3 + in out / n + out} scalars.
 *
 * @param rule A, [n, n, n]
 * @param weight B, [n, in / n, out / n]
 * @param bias b, [out]
 */
public record PhmLinear(Parameter rule, Parameter weight, Parameter bias) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor a = rule.in(dtype); // [i, a, c]
        Tensor b = weight.in(dtype); // [i, p, q]
        Tensor blocks = x.reshape(-1, b.size(0), b.size(1)); // [N, a, p]
        Tensor product = b.size(1) > b.size(2) ? ruleLast(blocks, a, b) : ruleFirst(blocks, a, b); // [N, c, q]
        long[] shape = x.shape();
        shape[shape.length - 1] = bias.elements();
        return product.reshape(shape).plus(bias.in(dtype)); // [.., out]
    }

    private static Tensor ruleLast(Tensor blocks, Tensor a, Tensor b) {
        long n = b.size(0);
        Tensor columns = b.permute(1, 0, 2).reshape(b.size(1), n * b.size(2)); // [p, (i q)]
        Tensor inner = blocks.matmul(columns).reshape(-1, n * n, b.size(2)); // [N, (a i), q]
        return a.permute(2, 1, 0).reshape(n, n * n).matmul(inner); // [c, (a i)] gives [N, c, q]
    }

    private static Tensor ruleFirst(Tensor blocks, Tensor a, Tensor b) {
        long n = b.size(0);
        Tensor inner = a.permute(2, 0, 1).reshape(n * n, n).matmul(blocks); // [(c i), a] gives [N, (c i), p]
        return inner.reshape(-1, n, n * b.size(1)).matmul(b.reshape(n * b.size(1), b.size(2))); // [N, c, q]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(rule, weight, bias);
    }
}
