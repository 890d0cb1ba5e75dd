package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * Low-rank parameterised hypercomplex multiplication, Karimi Mahabadi et al. 2021 (arXiv 2106.04647, section 4): a
 * {@link PhmLinear} whose B is of low rank.
 *
 * <pre>
 *   y = x W + b        W = sum_i A_i (x) (s_i t_i)        [in, out]
 *   (x W)[c, q] = sum_i (sum_a A_i[a, c] sum_p x[a, p] s_i[p]) t_i[q]
 * </pre>
 *
 * with x seen as [n, in / n] and x W as [n, out / n]. W has at most rank {@code n^2 r} and is never formed: the rule is
 * multiplied into the factor at the narrower end, and two matrices of width {@code n^2 r} or less remain. Has
 * {@code n^3 + r (in + out) + out} scalars.
 *
 * @param rule A, [n, n, n]
 * @param left s, [n, in / n, r]
 * @param right t, [n, r, out / n]
 * @param bias b, [out]
 */
public record LphmLinear(Parameter rule, Parameter left, Parameter right, Parameter bias) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor a = rule.in(dtype); // [i, a, c]
        Tensor s = left.in(dtype).permute(1, 0, 2); // [p, i, r]
        Tensor t = right.in(dtype); // [i, r, q]
        Tensor b = bias.in(dtype);
        Tensor y = s.size(0) > t.size(2) ? ruleLast(x, a, s, t, b) : ruleFirst(x, a, s, t, b);
        long[] shape = x.shape();
        shape[shape.length - 1] = bias.elements();
        return y.reshape(shape); // [.., out]
    }

    private static Tensor ruleLast(Tensor x, Tensor a, Tensor s, Tensor t, Tensor bias) {
        long n = t.size(0);
        long r = t.size(1);
        Tensor inner = x.reshape(-1, s.size(0)).matmul(s.reshape(-1, n * r)); // [N a, (i r)]
        Tensor outer = a.permute(1, 0, 2).reshape(n, n, 1, n, 1).times(t.reshape(1, n, r, 1, -1)); // [a, i, r, c, q]
        Tensor weight = outer.reshape(n * n * r, bias.size(0)).transpose(0, 1);
        return Functions.linear(inner.reshape(-1, n * n * r), weight, bias); // [N, (c q)]
    }

    private static Tensor ruleFirst(Tensor x, Tensor a, Tensor s, Tensor t, Tensor bias) {
        long n = t.size(0);
        long r = t.size(1);
        Tensor outer = a.permute(1, 2, 0).reshape(n, 1, n, n, 1).times(s.reshape(1, -1, 1, n, r)); // [a, p, c, i, r]
        Tensor inner = x.matmul(outer.reshape(x.size(-1), n * n * r)).reshape(-1, n * r); // [N c, (i r)]
        return inner.matmul(t.reshape(n * r, -1)).reshape(-1, bias.size(0)).plus(bias); // [N, (c q)]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(rule, left, right, bias);
    }
}
