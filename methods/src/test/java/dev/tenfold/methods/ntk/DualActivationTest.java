package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DualActivationTest {
    private static final DualActivation LEAKY = DualActivation.piecewiseLinear("leaky", 0.2, 1.1);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double kappa0(double rho) {
        return 2 * at(DualActivation.RELU, true, rho, 1, 1);
    }

    private static double kappa1(double rho) {
        return 2 * at(DualActivation.RELU, false, rho, 1, 1);
    }

    private static double at(DualActivation activation, boolean derivative, double s, double q1, double q2) {
        return (derivative ? activation.derivativeOperation() : activation.covarianceOperation())
                .apply(Tensors.of(new double[] {s}), Tensors.of(new double[] {q1}), Tensors.of(new double[] {q2})).item();
    }

    @Test
    void kappasHaveTheirPrintedValues() {
        double[][] rows = {{-1, 0, 0}, {-0.5, 1.0 / 3, 0.108997781044}, {0, 0.5, 1 / Math.PI}, {0.5, 2.0 / 3, 0.608997781044},
            {0.9, 0.856433706871, 0.909538398845}, {0.99, 0.954946586356, 0.990300255733}, {1, 1, 1}};
        for (double[] row : rows) {
            assertEquals(row[1], kappa0(row[0]), 6e-13, "kappa0(" + row[0] + ")");
            assertEquals(row[2], kappa1(row[0]), 6e-13, "kappa1(" + row[0] + ")");
        }
    }

    @Test
    void kappasKeepTheirIdentities() {
        for (double rho = -0.975; rho < 1; rho += 0.05) {
            assertEquals(rho, kappa1(rho) - kappa1(-rho), 1e-14);
            assertEquals(1, kappa0(rho) + kappa0(-rho), 1e-14);
            double h = 1e-4;
            double slope = (8 * (kappa1(rho + h) - kappa1(rho - h)) - (kappa1(rho + 2 * h) - kappa1(rho - 2 * h))) / (12 * h);
            assertEquals(kappa0(rho), slope, 1e-8, "kappa1' = kappa0 at " + rho);
        }
        for (double e : new double[] {1e-3, 1e-5, 1e-7}) {
            assertEquals(1 - Math.sqrt(2 * e) / Math.PI, kappa0(1 - e), Math.pow(e, 1.5) + 1e-8 * Math.sqrt(e));
            assertEquals(1 - e + 2 * Math.sqrt(2) / (3 * Math.PI) * Math.pow(e, 1.5), kappa1(1 - e), Math.pow(e, 2.5) + 1e-14);
        }
    }

    @Test
    void correlationsBeyondOneAndZeroVariancesAreHarmless() {
        assertEquals(0.5, at(DualActivation.RELU, true, 1 + 1e-12, 1, 1));
        assertEquals(0, at(DualActivation.RELU, true, -1 - 1e-12, 1, 1), 1e-16);
        assertEquals(0.25, at(DualActivation.RELU, true, 0, 0, 3), 1e-16);
        assertEquals(0, at(DualActivation.RELU, false, 0, 0, 0));
        // Squares of these variances over- or underflow.
        assertEquals(0.5e200, at(DualActivation.RELU, false, 1e200, 1e200, 1e200), 1e186);
        assertEquals(0.5, at(DualActivation.RELU, true, 1e-200, 1e-200, 1e-200));
    }

    @Test
    void expectationsAgreeWithGaussianSamples() {
        double s = 0.7;
        double q1 = 1.4;
        double q2 = 0.9;
        int n = 100_000;
        Generator generator = new Generator(1);
        Tensor g = generator.normal(DType.F64, Shape.of(2, n), 0, 1);
        Tensor u = g.select(0, 0).mul(Math.sqrt(q1));
        Tensor v = g.select(0, 0).mul(s / Math.sqrt(q1)).add(g.select(0, 1).mul(Math.sqrt(q2 - s * s / q1)));
        assertEquals(u.relu().mul(v.relu()).mean().item(), at(DualActivation.RELU, false, s, q1, q2), 0.012);
        assertEquals(u.erf().mul(v.erf()).mean().item(), at(DualActivation.ERF, false, s, q1, q2), 0.006);
        Tensor slopes = u.square().neg().exp().mul(v.square().neg().exp()).mul(4 / Math.PI);
        assertEquals(slopes.mean().item(), at(DualActivation.ERF, true, s, q1, q2), 0.006);
        Tensor leaky = u.maximum(u.mul(0)).mul(1.1).add(u.minimum(u.mul(0)).mul(0.2)).mul(v.maximum(v.mul(0)).mul(1.1).add(v.minimum(v.mul(0)).mul(0.2)));
        assertEquals(leaky.mean().item(), at(LEAKY, false, s, q1, q2), 0.012);
    }

    @Test
    void diagonalsAreTheLimitOfEqualInputs() {
        for (DualActivation activation : List.of(DualActivation.RELU, DualActivation.ERF, LEAKY)) {
            for (double q : new double[] {1e-3, 1, 50, 1e12}) {
                double diagonal = activation.diagonalOperation().apply(Tensors.of(new double[] {q})).item();
                assertEquals(diagonal, at(activation, false, q, q, q), 1e-14 * Math.max(1, q), activation.name() + " at " + q);
            }
        }
    }

    @Test
    void erfSaturatesWithoutLosingItsDerivative() {
        double q = 1e18;
        assertEquals(4 / Math.PI / Math.sqrt(1 + 4 * q), at(DualActivation.ERF, true, q, q, q), 1e-24);
        assertEquals(1, at(DualActivation.ERF, false, q, q, q), 1e-9);
    }

    @Test
    void closedFormDerivativesAgreeWithFiniteDifferences() {
        Tensor s = Tensors.of(new double[] {0.3, -0.8, 0.99, 0.0});
        Tensor q1 = Tensors.of(new double[] {1.0, 1.3, 1.0, 0.4});
        Tensor q2 = Tensors.of(new double[] {0.7, 0.9, 1.0, 2.0});
        for (DualActivation activation : List.of(DualActivation.RELU, DualActivation.ERF, LEAKY)) {
            GradientCheck.check(in -> activation.derivativeOperation().apply(in.get(0), in.get(1), in.get(2)), List.of(s, q1, q2));
            GradientCheck.check(in -> activation.covarianceOperation().apply(in.get(0), in.get(1), in.get(2)), List.of(s, q1, q2));
        }
        DualActivation smooth = DualActivation.ERF;
        GradientCheck.check(in -> smooth.derivativeOperation().apply(in.get(0), in.get(1), in.get(2)), List.of(s, q1, q2), 2, 1e-6);
        GradientCheck.check(in -> smooth.covarianceOperation().apply(in.get(0), in.get(1), in.get(2)), List.of(s, q1, q2), 2, 1e-6);
    }

    @Test
    void slopesOfAPiecewiseLinearActivationMustBeFinite() {
        String message = assertThrows(IllegalArgumentException.class, () -> DualActivation.piecewiseLinear("bad", 0, Double.NaN)).getMessage();
        assertTrue(message.contains("NaN"), message);
    }
}
