package dev.tenfold.kernels.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExprTest {
    private static int distinctParts(Expr expr, Set<Expr> seen) {
        if (seen.add(expr) && expr instanceof Expr.Apply apply) apply.args().forEach(arg -> distinctParts(arg, seen));
        return seen.size();
    }

    @Test
    void equalExpressionsAreOneObject() {
        Expr a = Expr.x(0).mul(2).add(Expr.p(1)).tanh();
        assertSame(a, Expr.x(0).mul(2).add(Expr.p(1)).tanh());
        assertNotEquals(a, Expr.x(0).mul(2).add(Expr.p(0)).tanh());
        assertNotEquals(Expr.x(0).mul(0.0), Expr.x(0).mul(-0.0));
        assertEquals("TANH(ADD(MUL(x0, 2.0), p1))", a.toString());
    }

    /** As trees these would have more than 2^60 nodes. */
    @Test
    void higherDerivativesGrowWithTheirDistinctPartsOnly() {
        Expr kernel = Expr.x(0);
        for (int layer = 0; layer < 60; layer++) kernel = kernel.mul(kernel.gt(Expr.c(0)).select(kernel, kernel.mul(0.5)));
        Expr first = kernel.diff(0);
        Expr second = first.diff(0);
        int parts = distinctParts(second, new HashSet<>());
        assertTrue(parts < 6000, parts + " parts");
        assertEquals(1, second.inputs());
        assertNotEquals(second, second.substitute(List.of(Expr.x(1))));
        Lowering.Lowered code = Lowering.lower(List.of(kernel, first, second), DType.F64, List.of(DType.F64, DType.F64, DType.F64));
        assertTrue(code.ir().nodes().size() < 8000, code.ir().nodes().size() + " steps");
    }

    @Test
    void resultsShareTheStepsThatTheyHaveInCommon() {
        Expr e = Expr.x(0).exp();
        List<DType> one = List.of(DType.F32);
        int alone = Lowering.lower(List.of(e), DType.F32, one).ir().nodes().size();
        int both = Lowering.lower(List.of(e, e.mul(Expr.x(1))), DType.F32, List.of(DType.F32, DType.F32)).ir().nodes().size();
        assertEquals(alone + 2, both);
    }
}
