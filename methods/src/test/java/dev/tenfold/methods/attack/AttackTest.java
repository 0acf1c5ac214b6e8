package dev.tenfold.methods.attack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.methods.attack.Ball.Norm;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.Losses;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttackTest {
    private static final int D = 12;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Scores {@code scale (x W^T + b)}; the outputs are the scores. */
    private record Affine(Tensor weight, Tensor bias, double scale) implements Victim {
        @Override
        public Tensor outputs(Tensor x) {
            return x.linear(weight, bias).mul(scale);
        }

        @Override
        public Tensor scores(Tensor outputs) {
            return outputs;
        }

        /** The radius at which the nearest wrong class wins: min over j of the margin over the dual norm of the weights' difference. */
        double[] radii(Tensor x, long[] labels, Norm norm) {
            double[] z = x.linear(weight, bias).toDoubles();
            int k = (int) weight.size(0);
            double[] w = weight.toDoubles();
            double[] radii = new double[labels.length];
            for (int i = 0; i < radii.length; i++) {
                radii[i] = Double.POSITIVE_INFINITY;
                for (int j = 0; j < k; j++) {
                    if (j == labels[i]) continue;
                    double dual = 0;
                    for (int c = 0; c < D; c++) {
                        double gap = w[(int) labels[i] * D + c] - w[j * D + c];
                        dual += norm == Norm.MAXIMUM ? Math.abs(gap) : gap * gap;
                    }
                    if (norm == Norm.EUCLIDEAN) dual = Math.sqrt(dual);
                    radii[i] = Math.min(radii[i], (z[i * k + (int) labels[i]] - z[i * k + j]) / dual);
                }
            }
            return radii;
        }
    }

    private static Affine affine(int classes, double scale) {
        Generator g = new Generator(5);
        return new Affine(g.normal(DType.F64, classes, D), g.normal(DType.F64, classes), scale);
    }

    /** Labels as the victim gives them, some of them changed, so that clean errors occur. */
    private static long[] labels(Victim victim, Tensor x, int classes) {
        long[] labels = victim.scores(victim.outputs(x)).argMax(1).toLongs();
        for (int i = 0; i < labels.length; i += 10) labels[i] = (labels[i] + 1) % classes;
        return labels;
    }

    private static Attack.Outcome attack(Attack attack, Victim victim, Tensor x, long[] labels, Ball ball) {
        Attack.Outcome outcome = attack.run(victim, x, labels, ball, new Generator(9));
        if (attack.bounded()) ball.requireInside(outcome.points(), x);
        return outcome;
    }

    /** The share of examples that stood. */
    private static double standing(Attack attack, Victim victim, Tensor x, long[] labels, Ball ball) {
        int stood = 0;
        for (boolean fooled : attack(attack, victim, x, labels, ball).fooled()) if (!fooled) stood++;
        return (double) stood / labels.length;
    }

    @Test
    void ofTwoClassesEveryGradientAttackReachesTheExactRobustAccuracyOfALinearClassifier() {
        Affine victim = affine(2, 1);
        Tensor x = new Generator(6).normal(DType.F64, 300, D);
        long[] labels = labels(victim, x, 2);
        for (Norm norm : Norm.values()) {
            double[] radii = victim.radii(x, labels, norm);
            Ball ball = Ball.unbounded(norm, norm == Norm.MAXIMUM ? 0.2 : 0.7);
            List<Attack> attacks = List.of(Pgd.fgsm(), Pgd.of("margin", Objective.margin(), 20), new Apgd("margin", Objective.margin(), 30, 0));
            for (Attack attack : attacks) {
                boolean[] fooled = attack(attack, victim, x, labels, ball).fooled();
                for (int i = 0; i < fooled.length; i++) {
                    // Steps of fixed length slide along a sphere only roughly, into a corner of a cube exactly.
                    double undecided = norm == Norm.MAXIMUM ? 1e-6 : 0.03 * ball.radius();
                    if (Math.abs(radii[i] - ball.radius()) > undecided) assertEquals(radii[i] < ball.radius(), fooled[i], attack.name() + " " + norm + " " + i + ": " + radii[i]);
                }
            }
        }
    }

    @Test
    void ofSixClassesTheTargetedAttackFindsWhatTheFormulaAllowsAndNoMore() {
        Affine victim = affine(6, 1);
        Tensor x = new Generator(6).normal(DType.F64, 300, D);
        long[] labels = labels(victim, x, 6);
        double[] radii = victim.radii(x, labels, Norm.MAXIMUM);
        Ball ball = Ball.unbounded(Norm.MAXIMUM, 0.1);
        boolean[] fooled = attack(Apgd.targeted(40, 5), victim, x, labels, ball).fooled();
        int missed = 0;
        for (int i = 0; i < fooled.length; i++) {
            if (fooled[i]) assertTrue(radii[i] < 0.1 + 1e-6, "example " + i + " cannot be fooled below " + radii[i]);
            else if (radii[i] < 0.1) missed++;
        }
        assertTrue(missed <= 1, missed + " of 300 missed");
    }

    @Test
    void strongerAttacksAreNotWeaker() {
        Mlp net = trained(1);
        try (FrozenNet victim = new FrozenNet(net, x -> x, z -> z)) {
            Tensor x = data(0);
            long[] labels = classes(x);
            Ball ball = Ball.unbounded(Norm.MAXIMUM, 0.08);
            Suite suite = new Suite(List.of(new GaussianNoise(0.08), Pgd.fgsm(), Pgd.of("PGD-20", Objective.crossEntropy(1), 20),
                    Pgd.of("margin", Objective.margin(), 20), Apgd.ratio(50), Apgd.targeted(50, 3)), 64);
            int[] told = {0};
            Suite.Result result = suite.run(victim, x, labels, ball, new Generator(8), name -> told[0]++);
            assertEquals(suite.steps(labels.length), told[0]);
            double fgsm = result.accuracy("FGSM");
            assertTrue(result.accuracy("noise 0.08") >= fgsm, () -> "noise " + result.accuracy("noise 0.08") + ", FGSM " + fgsm);
            assertTrue(fgsm >= result.accuracy("PGD-20"), "PGD-20 " + result.accuracy("PGD-20"));
            assertTrue(result.accuracy("PGD-20") + 0.01 >= result.accuracy("APGD-T"), "APGD-T " + result.accuracy("APGD-T"));
            assertTrue(result.accuracy("APGD-DLR") + 0.01 >= result.accuracy("APGD-T"));
            for (int a = 0; a < result.attacks().size(); a++) assertTrue(result.worstCase() <= result.accuracy(a));
            assertTrue(result.worstCase() > 0.05 && fgsm < 0.9, "the ball must decide something: " + result.worstCase() + ", " + fgsm);
        } finally {
            net.close();
        }
    }

    @Test
    void gradientsMaskedByScalingStopCrossEntropyButNeitherMarginNorRatio() {
        // Scores of about 1e4 saturate an f32 softmax: the right answer has probability 1 exactly and the gradient is 0.
        Mlp net = trained(1);
        try (FrozenNet victim = new FrozenNet(net, x -> x, z -> z.mul(1e4))) {
            Tensor x = data(0);
            long[] labels = classes(x);
            Ball ball = Ball.unbounded(Norm.MAXIMUM, 0.15);
            double clean = standing(new GaussianNoise(0), victim, x, labels, ball);
            // From the clean input, so that the random start does not help.
            double masked = standing(new Pgd("CE", Objective.crossEntropy(1), 20, 0.125, 1, false), victim, x, labels, ball);
            double unmasked = standing(Pgd.of("CE/1e4", Objective.crossEntropy(1e-4), 20), victim, x, labels, ball);
            double margin = standing(Pgd.of("margin", Objective.margin(), 20), victim, x, labels, ball);
            double ratio = standing(Apgd.ratio(40), victim, x, labels, ball);
            assertTrue(masked > clean - 0.1, "clean " + clean + ", masked " + masked);
            assertTrue(margin < masked - 0.3 && ratio < masked - 0.3, "masked " + masked + ", margin " + margin + ", ratio " + ratio);
            assertEquals(unmasked, margin, 0.06);
        } finally {
            net.close();
        }
    }

    @Test
    void theAngleAttackTurnsTheOutputsAwayFromTheirTarget() {
        // Two classes coded by +1 and -1 on a line: the cosine is the sign of f y, its gradient vanishes; in the plane it does not.
        double[][] code = {{1, 0}, {-.5, Math.sqrt(.75)}, {-.5, -Math.sqrt(.75)}};
        Tensor flat = Tensors.of(code[0], 1, 2);
        Tensor all = Tensors.of(new double[] {1, 0, -.5, Math.sqrt(.75), -.5, -Math.sqrt(.75)}, 3, 2);
        Victim victim = new Victim() {
            @Override
            public Tensor outputs(Tensor x) {
                return x;
            }

            @Override
            public Tensor scores(Tensor outputs) {
                return outputs.matmul(all.transpose());
            }
        };
        Objective.View view = new Objective.View(Tensors.of(new double[] {3, 4}, 1, 2), null, Tensors.of(new long[] {0}), null);
        assertEquals(-.6, Objective.angle(code).values(view).item(), 1e-9);
        // From (1, 0.1) class 0 is left at an angle of 60 degrees.
        Tensor x = Tensors.of(new double[] {1, .1}, 1, 2);
        assertTrue(attack(new Pgd("angle", Objective.angle(code), 20, 0.125, 1, false), victim, x, new long[] {0}, Ball.unbounded(Norm.EUCLIDEAN, .9)).fooled()[0]);
        assertFalse(attack(new Pgd("angle", Objective.angle(code), 20, 0.125, 1, false), victim, flat, new long[] {0}, Ball.unbounded(Norm.EUCLIDEAN, .5)).fooled()[0]);
    }

    @Test
    void pixelsStayInTheirRangeAndOnlyTheInputGetsAGradient() {
        Mlp net = trained(2);
        net.train(true);
        try {
            Tensor x = data(2).mul(0.2).add(0.5).clamp(0, 1);
            long[] labels = classes(data(2));
            Ball ball = Ball.pixels(0.3);
            try (FrozenNet victim = new FrozenNet(net, p -> p.sub(0.5).div(0.2), z -> z)) {
                assertFalse(net.isTraining());
                for (Attack attack : List.of(Pgd.fgsm(), Pgd.of("margin", Objective.margin(), 10), Apgd.ratio(20))) {
                    Tensor points = attack(attack, victim, x, labels, ball).points();
                    assertTrue(points.min().item() >= 0 && points.max().item() <= 1, attack.name());
                }
                net.parameters().forEach(p -> assertEquals(null, p.grad()));
            }
            assertTrue(net.isTraining());
            net.parameters().forEach(p -> assertFalse(p.isFrozen()));
        } finally {
            net.close();
        }
    }

    @Test
    void checksOfAHundredIterationsComeWhereThePaperHasThem() {
        assertEquals(List.of(22, 41, 57, 70, 80, 87, 93, 99), Apgd.checks(100));
    }

    @Test
    void theRatioIsInvariantToShiftAndScaleAndNeedsThreeClasses() {
        Tensor z = new Generator(4).normal(DType.F64, 7, 5);
        Tensor labels = Tensors.of(new long[] {0, 1, 2, 3, 4, 0, 1});
        Objective ratio = Objective.differenceOfLogitsRatio();
        double[] values = ratio.values(new Objective.View(z, z, labels, null)).toDoubles();
        Tensor moved = z.mul(50).add(3);
        assertArrayEquals(values, ratio.values(new Objective.View(moved, moved, labels, null)).toDoubles(), 1e-9);
        Tensor two = z.narrow(1, 0, 2);
        assertThrows(IllegalArgumentException.class, () -> ratio.values(new Objective.View(two, two, labels, null)));
        Tensor three = z.narrow(1, 0, 3);
        assertThrows(IllegalArgumentException.class, () -> Objective.targetedRatio().values(new Objective.View(three, three, labels, labels)));
    }

    @Test
    void attacksHaveEqualBitsOnAnyNumberOfThreadsAndLeaveNothingBehind() {
        int before = WorkerPool.threads();
        Mlp net = trained(1);
        Tensor x = data(0);
        long[] labels = classes(x);
        Attack[] attacks = {Pgd.of("PGD", Objective.crossEntropy(10), 10), new Apgd("APGD-T", Objective.targetedRatio(), 20, 2)};
        float[][][] points = new float[2][attacks.length][];
        try (FrozenNet victim = new FrozenNet(net, p -> p, z -> z)) {
            long blocks = HostAllocator.get().stats().liveBlocks();
            for (int threads = 1; threads <= 2; threads++) {
                WorkerPool.setThreads(threads);
                for (int a = 0; a < attacks.length; a++) {
                    try (Scope inner = Scope.open()) {
                        points[threads - 1][a] = attack(attacks[a], victim, x, labels, Ball.unbounded(Norm.MAXIMUM, 0.1)).points().toFloats();
                    }
                }
            }
            assertEquals(blocks, HostAllocator.get().stats().liveBlocks());
        } finally {
            WorkerPool.setThreads(before);
            net.close();
        }
        for (int a = 0; a < attacks.length; a++) assertArrayEquals(points[0][a], points[1][a]);
    }

    /** Points around four corners of a square, on two of D axes. */
    private static Tensor data(int number) {
        Generator g = new Generator(40 + number);
        Tensor noise = g.normal(DType.F32, Shape.of(200, D), 0, 0.3);
        float[] centres = new float[200 * D];
        for (int i = 0; i < 200; i++) {
            centres[i * D] = i % 2 * 2 - 1;
            centres[i * D + 1] = i / 2 % 2 * 2 - 1;
        }
        return noise.add(Tensors.of(centres, 200, D)).mul(0.3);
    }

    private static long[] classes(Tensor x) {
        long[] labels = new long[(int) x.size(0)];
        for (int i = 0; i < labels.length; i++) labels[i] = i % 4;
        return labels;
    }

    private static Mlp trained(int number) {
        Mlp net = new Mlp(new Generator(number), D, 32, 4);
        try (Scope scope = Scope.open(); Adam adam = new Adam(net, 0.01)) {
            Tensor x = data(number);
            Tensor labels = Tensors.of(classes(x));
            for (int step = 0; step < 60; step++) {
                try (Scope inner = Scope.open()) {
                    Autograd.backward(Losses.crossEntropy(net.forward(x), labels));
                    adam.step();
                }
            }
        }
        return net;
    }
}
