package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WideNetworkTest {
    private static final WideNetwork.Training ANCHORED = new WideNetwork.Training(.2, 3000, .1, WideNetwork.Anchor.INITIAL);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Largest distance to the kernel's prediction, and largest movement of one w_r. */
    private static double[] trained(int width, WideNetwork.Training training) {
        try (WideNetwork start = WideNetwork.antisymmetric(new Generator(11), width, 2, 1);
             WideNetwork end = start.train(Circle.train(), Circle.targets(), training)) {
            Tensor limit = Tensors.of(new double[] {.9325377591, -1.1286368574, .1382104408});
            return new double[] {Expect.difference(end.forward(Circle.test()), limit), end.movement(start).max().item()};
        }
    }

    @Test
    void widerNetworksReachTheKernelSolutionAndMoveLess() {
        double[] narrow = trained(512, ANCHORED);
        double[] wide = trained(4096, ANCHORED);
        double[] widest = trained(32768, ANCHORED);
        assertTrue(narrow[0] < .1, "m=512: " + narrow[0]);
        assertTrue(wide[0] < .04, "m=4096: " + wide[0]);
        assertTrue(widest[0] < .02, "m=32768: " + widest[0]);
        // 1 / sqrt(m): a factor of 2.83 for eight times the width.
        assertEquals(Math.sqrt(8), narrow[1] / wide[1], .6);
        assertEquals(Math.sqrt(8), wide[1] / widest[1], .6);
    }

    @Test
    void plainDecayLeavesTheKernelRegime() {
        double[] decayed = trained(4096, new WideNetwork.Training(.2, 3000, .1, WideNetwork.Anchor.ORIGIN));
        assertTrue(decayed[0] > .05, "distance " + decayed[0]);
        assertTrue(decayed[1] > 1, "movement " + decayed[1]);
    }

    @Test
    void theInitialFunctionIsZeroAndAStepFollowsTheGradient() {
        try (WideNetwork start = WideNetwork.antisymmetric(new Generator(2), 64, 2, 1.5)) {
            Tensor x = Circle.train();
            assertEquals(0, start.forward(x).abs().max().item(), 1e-14);
            // Two small steps: the difference quotient of the objective along the second is -|gradient|^2.
            WideNetwork.Training once = new WideNetwork.Training(1e-5, 1, .3, WideNetwork.Anchor.ORIGIN);
            try (WideNetwork next = start.train(x, Circle.targets(), once)) {
                double moved = next.movement(start).square().sum().item() / 1e-10;
                double fall = (objective(start, start, .3) - objective(next, start, .3)) / 1e-5;
                assertEquals(1, fall / moved, 1e-3);
            }
        }
    }

    /** Only valid for l2 towards 0; the weights' norm is measured by their distance to a network of zeros. */
    private static double objective(WideNetwork network, WideNetwork like, double mu) {
        try (WideNetwork zero = like.train(Circle.train(), like.forward(Circle.train()), new WideNetwork.Training(.25, 1, 2, WideNetwork.Anchor.ORIGIN))) {
            return network.forward(Circle.train()).sub(Circle.targets()).square().sum().item() + mu * network.movement(zero).square().sum().item();
        }
    }

    @Test
    void outputsHaveGradientsWithRespectToInputs() {
        try (WideNetwork network = WideNetwork.antisymmetric(new Generator(2), 64, 2, 1)
                .train(Circle.train(), Circle.targets(), new WideNetwork.Training(.2, 50, 0, WideNetwork.Anchor.INITIAL))) {
            Tensor x = Circle.test().requiresGrad(true);
            Tensor gradient = Autograd.grad(network.forward(x).sum(), List.of(x)).getFirst();
            assertTrue(gradient.abs().max().item() > 0);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsReason() {
        refused("even", () -> WideNetwork.antisymmetric(new Generator(1), 3, 2, 1));
        refused("positive", () -> new WideNetwork.Training(0, 1, 0, WideNetwork.Anchor.INITIAL));
        try (WideNetwork network = WideNetwork.antisymmetric(new Generator(1), 4, 2, 1)) {
            refused("[n, 2]", () -> network.forward(Tensors.zeros(DType.F64, 2, 3)));
            refused("[n] and [n, d]", () -> network.train(Circle.train(), Circle.test(), ANCHORED));
            assertThrows(IllegalStateException.class, () -> network.train(Circle.train(), Circle.targets(), new WideNetwork.Training(1e3, 2000, 1, WideNetwork.Anchor.INITIAL)));
        }
    }

    private static void refused(String reason, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
