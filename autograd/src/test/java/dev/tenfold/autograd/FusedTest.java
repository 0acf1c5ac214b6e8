package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Arithmetic;
import dev.tenfold.tensor.Fused;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fused chains against the same operations one by one. */
class FusedTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Some operations, for tensors as for values of a chain. */
    private interface Program {
        <T extends Arithmetic<T>> T run(List<T> v);

        default Fused fused(int inputs) {
            return Fused.of(inputs, v -> run(List.of(v)));
        }

        default Tensor eager(Tensor... tensors) {
            return run(List.of(tensors));
        }
    }

    private static final Program GATE = new Program() {
        @Override
        public <T extends Arithmetic<T>> T run(List<T> v) {
            return v.get(0).mul(v.get(1)).add(v.get(2)).tanh().mul(v.get(0).sigmoid()).sub(0.25);
        }
    };

    private static final Program MASKED = new Program() {
        @Override
        public <T extends Arithmetic<T>> T run(List<T> v) {
            T a = v.get(0);
            T b = v.get(1);
            T inside = a.abs().lt(1.5).and(a.le(b).not());
            return inside.where(a.square().addScaled(b, -2), b.relu()).mul(a.ge(b)).maximum(v.get(2)).div(3);
        }
    };

    /** Random steps on random earlier values, ending in a sum of all inputs so that each is used. */
    private static Program random(long seed, int steps) {
        return new Program() {
            @Override
            public <T extends Arithmetic<T>> T run(List<T> v) {
                Random random = new Random(seed);
                List<T> values = new ArrayList<>(v);
                for (int k = 0; k < steps; k++) {
                    T a = values.get(random.nextInt(values.size()));
                    T b = values.get(random.nextInt(values.size()));
                    double p = random.nextInt(7) / 2.0 - 1.25;
                    values.add(switch (random.nextInt(16)) {
                        case 0 -> a.add(b);
                        case 1 -> a.sub(b);
                        case 2 -> a.mul(b);
                        case 3 -> a.div(b.square().add(1));
                        case 4 -> a.mul(p).add(b);
                        case 5 -> a.tanh();
                        case 6 -> a.sigmoid();
                        case 7 -> a.clamp(-3, 2).exp();
                        case 8 -> a.softplus();
                        case 9 -> a.gelu();
                        case 10 -> a.gt(b).where(a, b.mul(p));
                        case 11 -> a.minimum(b).subFrom(p);
                        case 12 -> a.square().add(0.5).log();
                        case 13 -> a.leakyRelu(0.1);
                        case 14 -> a.abs().add(1).sqrt();
                        default -> a.silu().neg();
                    });
                }
                T result = values.getLast();
                for (T input : v) result = result.add(input);
                return result;
            }
        };
    }

    private static Tensor normal(long seed, DType type, long... shape) {
        return new Generator(seed).normal(DType.F32, shape).to(type);
    }

    private static Tensor[] three(DType type, long[]... shapes) {
        Tensor[] tensors = new Tensor[3];
        for (int i = 0; i < 3; i++) tensors[i] = normal(i + 1, type, shapes[i % shapes.length]);
        return tensors;
    }

    private static void assertSameBits(String what, Tensor expected, Tensor actual) {
        assertEquals(expected.dtype(), actual.dtype(), what);
        assertEquals(expected.shape(), actual.shape(), what);
        assertArrayEquals(expected.toDoubles(), actual.toDoubles(), what);
    }

    private static List<Program> programs() {
        List<Program> programs = new ArrayList<>(List.of(GATE, MASKED));
        for (int seed = 0; seed < 6; seed++) programs.add(random(seed, 4 + 4 * seed));
        return programs;
    }

    @Test
    void resultsHaveTheBitsOfTheSingleOperations() {
        for (Program program : programs()) {
            Fused fused = program.fused(3);
            for (DType type : List.of(DType.F32, DType.F64, DType.F16)) {
                Tensor[] dense = three(type, new long[] {7, 33});
                assertSameBits("dense " + type, program.eager(dense), fused.apply(dense));
                Tensor[] broadcast = three(type, new long[] {4, 1, 33}, new long[] {5, 1}, new long[] {});
                assertSameBits("broadcast " + type, program.eager(broadcast), fused.apply(broadcast));
                Tensor[] strided = {normal(1, type, 33, 7).permute(1, 0), normal(2, type, 7, 66).slice(1, 0, 66, 2), normal(3, type, 33)};
                assertSameBits("strided " + type, program.eager(strided), fused.apply(strided));
                Tensor[] empty = three(type, new long[] {0, 3});
                assertSameBits("empty " + type, program.eager(empty), fused.apply(empty));
            }
        }
    }

    private static List<Tensor> gradients(UnaryOperator<Tensor> objective, Tensor y, Tensor... of) {
        return Autograd.grad(objective.apply(y), List.of(of));
    }

    @Test
    void gradientsHaveTheBitsOfTheSingleOperations() {
        for (Program program : programs()) {
            Fused fused = program.fused(3);
            for (DType type : List.of(DType.F32, DType.F64, DType.F16)) {
                Tensor[] x = three(type, new long[] {5, 40});
                for (Tensor t : x) t.requiresGrad(true);
                UnaryOperator<Tensor> objective = y -> y.mul(normal(9, type, 5, 40)).sum();
                List<Tensor> expected = gradients(objective, program.eager(x), x);
                List<Tensor> actual = gradients(objective, fused.apply(x), x);
                for (int i = 0; i < 3; i++) assertSameBits("gradient " + i + " in " + type, expected.get(i), actual.get(i));
                x[0].requiresGrad(false);
                assertSameBits("of one input alone", gradients(objective, program.eager(x), x[1]).getFirst(), gradients(objective, fused.apply(x), x[1]).getFirst());
            }
        }
    }

    @Test
    void gradientsOfBroadcastInputsAreNearThoseOfTheSingleOperations() {
        for (Program program : programs()) {
            Tensor[] x = three(DType.F64, new long[] {4, 1, 6}, new long[] {5, 1}, new long[] {});
            for (Tensor t : x) t.requiresGrad(true);
            List<Tensor> expected = gradients(Tensor::sum, program.eager(x), x);
            List<Tensor> actual = gradients(Tensor::sum, program.fused(3).apply(x), x);
            for (int i = 0; i < 3; i++) {
                assertEquals(expected.get(i).shape(), actual.get(i).shape());
                assertArrayEquals(expected.get(i).toDoubles(), actual.get(i).toDoubles(), 1e-9 * (1 + expected.get(i).abs().max().item()));
            }
        }
    }

    @Test
    void secondGradientsAreThoseOfFiniteDifferences() {
        for (Program program : List.of(GATE, random(3, 9))) {
            Fused chain = program.fused(3);
            for (Fused fused : List.of(chain, chain.sum(-1), chain.meanKeep(), chain.max(0))) {
                Tensor[] x = three(DType.F64, new long[] {2, 3}, new long[] {3}, new long[] {2, 1});
                GradientCheck.check(in -> fused.apply(in.toArray(Tensor[]::new)), List.of(x), 2, 1e-5);
            }
        }
    }

    @Test
    void reductionsHaveTheBitsOfThoseOfStoredValues() {
        for (DType type : List.of(DType.F32, DType.F64, DType.BF16)) {
            for (long[] shape : new long[][] {{33_001}, {501, 9}, {16_384}, {2, 0, 5}, {7}, {9, 4, 5}}) {
                if (type == DType.BF16 && shape[shape.length - 1] > 1000) continue;
                Tensor[] x = three(type, shape);
                x[1] = normal(2, type, shape[shape.length - 1]);
                Tensor y = GATE.eager(x);
                Fused chain = GATE.fused(3);
                assertSameBits("sum", y.sum(), chain.sum().apply(x));
                assertSameBits("sum of rows", y.sum(-1), chain.sum(-1).apply(x));
                assertSameBits("sum of columns", y.sumKeep(0), chain.sumKeep(0).apply(x));
                assertSameBits("mean", y.mean(), chain.mean().apply(x));
                assertSameBits("mean of rows", y.meanKeep(-1), chain.meanKeep(-1).apply(x));
                if (y.elements() == 0) continue;
                assertSameBits("max of rows", y.max(-1), chain.max(-1).apply(x));
                assertSameBits("min", y.min(), chain.min().apply(x));
            }
        }
        Tensor[] x = three(DType.F32, new long[] {6, 6_000});
        assertSameBits("count", x[0].gt(x[1]).sum(), Fused.of(2, v -> v[0].gt(v[1])).sum().apply(x[0], x[1]));
        assertSameBits("last two", GATE.eager(x).reshape(2, 3, 6_000).sum(1, 2), GATE.fused(3).sum(1, 2).apply(x[0].reshape(2, 3, 6_000), x[1].reshape(2, 3, 6_000), x[2].reshape(2, 3, 6_000)));
    }

    @Test
    void gradientsOfReductionsHaveTheBitsOfTheSingleOperations() {
        Tensor[] x = three(DType.F32, new long[] {20, 300});
        for (Tensor t : x) t.requiresGrad(true);
        UnaryOperator<Tensor> objective = y -> y.mul(y).sum();
        Fused chain = GATE.fused(3);
        record Pair(Fused fused, UnaryOperator<Tensor> ending) {
        }
        for (Pair pair : List.of(new Pair(chain.sum(-1), y -> y.sum(-1)), new Pair(chain.mean(), y -> y.mean()), new Pair(chain.sumKeep(0), y -> y.sumKeep(0)),
                new Pair(chain.max(1), y -> y.max(1)), new Pair(chain.min(), y -> y.min()))) {
            List<Tensor> expected = gradients(objective, pair.ending.apply(GATE.eager(x)), x);
            List<Tensor> actual = gradients(objective, pair.fused.apply(x), x);
            for (int i = 0; i < 3; i++) assertSameBits("gradient " + i, expected.get(i), actual.get(i));
        }
        Tensor[] sum = three(DType.F32, new long[] {2, 3});
        for (Tensor t : sum) t.requiresGrad(true);
        assertSameBits("of a plain sum", Tensors.full(DType.F32, Shape.of(2, 3), 1), gradients(UnaryOperator.identity(), Fused.of(2, v -> v[0].add(v[1])).sum().apply(sum[0], sum[1]), sum[1]).getFirst());
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        int before = WorkerPool.threads();
        Tensor[] x = three(DType.F32, new long[] {40_001});
        try {
            List<Tensor> expected = null;
            for (int threads = 1; threads <= 3; threads++) {
                WorkerPool.setThreads(threads);
                List<Tensor> results = List.of(GATE.fused(3).apply(x), GATE.fused(3).sum().apply(x), GATE.fused(3).mean(-1).apply(x));
                if (expected == null) expected = results;
                for (int i = 0; i < results.size(); i++) assertSameBits(threads + " threads", expected.get(i), results.get(i));
            }
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void chainsTooLongForOneLoopRunInParts() {
        Program program = random(5, 150);
        Tensor[] x = three(DType.F32, new long[] {11, 13});
        for (Tensor t : x) t.requiresGrad(true);
        Tensor y = program.fused(3).apply(x);
        assertSameBits("150 steps", program.eager(x), y);
        List<Tensor> expected = gradients(Tensor::sum, program.eager(x), x);
        List<Tensor> actual = gradients(Tensor::sum, y, x);
        for (int i = 0; i < 3; i++) assertSameBits("gradient " + i, expected.get(i), actual.get(i));
        assertSameBits("sum", program.eager(x).sum(), program.fused(3).sum().apply(x));
        Fused waves = Fused.of(1, v -> v[0].mul(2).sin().add(v[0]).exp()); // the sine has no vector form
        assertSameBits("with a sine", x[0].mul(2).sin().add(x[0]).exp(), waves.apply(x[0]));
    }

    @Test
    void nothingIsLeftInMemory() {
        Program program = random(5, 60);
        Tensor[] x = three(DType.F16, new long[] {40, 30});
        for (Tensor t : x) t.requiresGrad(true);
        Fused fused = program.fused(3).sum(-1);
        long blocks = HostAllocator.get().stats().liveBlocks();
        try (Scope inner = Scope.open()) {
            Tensor y = fused.apply(x);
            assertEquals(blocks + 1, HostAllocator.get().stats().liveBlocks(), "the result alone is new");
            Autograd.grad(y.sum(), List.of(x));
        }
        assertEquals(blocks, HostAllocator.get().stats().liveBlocks());
    }

    private static void refuses(Runnable call, String... words) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor f32 = normal(1, DType.F32, 2, 3);
        Fused sum = Fused.of(2, v -> v[0].add(v[1]).mul(2));
        refuses(() -> sum.apply(f32), "fused: takes 2 tensors, not 1");
        refuses(() -> sum.apply(f32, normal(1, DType.F32, 2, 4)), "[2, 3]", "[2, 4]", "do not broadcast");
        refuses(() -> sum.apply(f32, f32.to(DType.F64)), "[f32, f64]", "one floating type");
        refuses(() -> sum.apply(f32, f32.to(DType.I32)), "[f32, i32]", "one floating type");
        refuses(() -> sum.apply(f32.gt(0), f32.gt(1)), "at least one must be floating");
        refuses(() -> Fused.of(2, v -> v[0].gt(0).add(v[0].lt(v[1]))).apply(f32, f32), "add of truth values alone", "where");
        refuses(() -> Fused.of(2, v -> v[0].exp()), "does not depend on input 1 of 2");
        refuses(() -> Fused.of(1, v -> v[0].exp()).max(1).apply(normal(1, DType.F32, 2, 0)), "fused max", "no element");
        Fused.Value[] other = new Fused.Value[1];
        Fused.of(1, v -> other[0] = v[0].exp());
        refuses(() -> Fused.of(1, v -> v[0].add(other[0])), "another chain");
        assertThrows(IllegalStateException.class, () -> sum.sum().max());
    }
}
