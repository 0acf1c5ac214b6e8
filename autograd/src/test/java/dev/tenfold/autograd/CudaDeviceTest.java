package dev.tenfold.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.contract.CudaUnderTest;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Fused;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.io.Npy;
import dev.tenfold.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors on a CUDA device through the public interface: making, moving, reading, mixing, drawing, files, threads and graphs. */
class CudaDeviceTest {
    private Device cuda;
    private long blocks;
    private Scope scope;

    @BeforeEach
    void open() {
        cuda = CudaUnderTest.open();
        blocks = CudaUnderTest.liveBlocks(cuda);
        scope = Scope.open();
    }

    @AfterEach
    void nothingIsLeft() {
        if (scope == null) return;
        scope.close();
        assertEquals(blocks, CudaUnderTest.liveBlocks(cuda));
    }

    private Tensor there(Supplier<Tensor> make) {
        try (Device.Use use = cuda.use()) {
            return make.get();
        }
    }

    @Test
    void namesOfDevicesAreUnderstood() {
        assertSame(Device.CPU, Device.parse("cpu"));
        assertSame(cuda, Device.parse("cuda"));
        assertSame(cuda, Device.parse("cuda:0"));
        assertEquals("cuda:0", cuda.toString());
        assertEquals("device gpu: there are cpu, cuda and cuda:N with the device's number, such as cuda:0",
                assertThrows(IllegalArgumentException.class, () -> Device.parse("gpu")).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Device.cuda(99)).getMessage().contains("cuda:99 does not exist"));
    }

    @Test
    void tensorsAreMadeWhereTheThreadWantsThem() {
        assertSame(Device.CPU, Tensors.zeros(DType.F32, 2).device());
        try (Device.Use use = cuda.use()) {
            for (Tensor t : List.of(Tensors.zeros(DType.F32, 2), Tensors.of(new float[] {1, 2}), Tensors.scalar(DType.F64, 3), Tensors.eye(DType.F32, 3),
                    Tensors.arange(4), new Generator(1).uniform(DType.F32, 3), new Generator(1).permutation(5))) {
                assertSame(cuda, t.device(), t::toString);
            }
            try (Device.Use inside = Device.CPU.use()) {
                assertSame(Device.CPU, Tensors.ones(DType.F32, 2).device());
            }
            assertSame(cuda, Device.current());
        }
        assertSame(Device.CPU, Device.current());
    }

    @Test
    void resultsStayWhereTheInputsAreWhateverTheThreadWants() {
        Tensor x = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2).to(cuda);
        Tensor y = x.mul(2).add(1).softmax(1).sum(0);
        assertSame(cuda, y.device());
        assertSame(cuda, Tensors.onesLike(x).device());
        assertSame(cuda, x.pad(0, 1, 1, 7).device());
        try (Device.Use use = cuda.use()) {
            assertSame(Device.CPU, Tensors.zerosLike(Tensors.of(new float[] {1}).to(Device.CPU)).add(1).device());
        }
    }

    @Test
    void readingGivesWhatWasWritten() {
        double[] values = {1, -2, 3.5, 4, 5, 6};
        for (DType type : DType.values()) {
            Tensor host = Tensors.of(type, values, 2, 3);
            Tensor x = host.to(cuda);
            assertArrayEquals(host.toDoubles(), x.toDoubles(), type::toString);
            assertArrayEquals(host.transpose().toLongs(), x.transpose().toLongs());
            assertEquals(host.get(1, -1), x.get(1, -1));
            assertEquals(host.getLong(0, 2), x.transpose().getLong(2, 0));
            assertEquals(host.select(0, 1).sum().item(), x.select(0, 1).sum().item());
            assertEquals(host.toString().replace("[2, 3])", "[2, 3] on cuda:0)"), x.toString());
        }
    }

    @Test
    void addressesAreOfOneSide() {
        Tensor host = Tensors.of(new float[] {1, 2});
        Tensor x = host.to(cuda);
        String message = assertThrows(IllegalStateException.class, x::address).getMessage();
        assertEquals("address: the f32 tensor [2] is on cuda:0, whose memory the CPU cannot reach: this computation has no CUDA kernel yet."
                + " Move the tensor with to(Device.CPU)", message);
        assertTrue(assertThrows(IllegalStateException.class, host::deviceAddress).getMessage().contains("is on cpu"));
        assertEquals(4, x.narrow(0, 1, 1).deviceAddress() - x.deviceAddress());
    }

    @Test
    void tensorsOnTwoDevicesDoNotMixButNumbersDo() {
        Tensor host = Tensors.of(new float[] {1, 2});
        Tensor x = host.to(cuda);
        assertEquals("add: the inputs lie on different devices: f32 [2] on cpu, f32 [2] on cuda:0. Move them to one with to(Device)",
                assertThrows(IllegalArgumentException.class, () -> host.add(x)).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Tensors.concat(0, List.of(x, host))).getMessage().contains("different devices"));
        assertArrayEquals(new double[] {3, 6}, x.mul(Tensors.scalar(DType.F32, 3)).toDoubles());
        Tensor three = Tensors.scalar(DType.F32, 3).requiresGrad(true);
        Autograd.backward(x.mul(three).sum());
        assertSame(Device.CPU, three.grad().device());
        assertEquals(3, three.grad().item());
    }

    @Test
    void gradientsGoBackToWhereTheLeafIs() {
        Tensor leaf = Tensors.of(new double[] {1, 2, 3}).requiresGrad(true);
        Autograd.backward(leaf.square().to(cuda).mul(2).sum().to(Device.CPU).mul(3));
        assertSame(Device.CPU, leaf.grad().device());
        assertArrayEquals(new double[] {12, 24, 36}, leaf.grad().toDoubles());
        Function<Tensor, Tensor> f = x -> x.to(cuda).exp().norm(2).to(x.device());
        GradientCheck.check(in -> f.apply(in.getFirst()), List.of(Tensors.of(new double[] {0.1, -0.4, 0.2})), 2, 1e-6);
        GradientCheck.check(in -> in.getFirst().prod(), List.of(Tensors.of(new double[] {0.5, 0, 2}).to(cuda)), 2, 1e-6);
    }

    @Test
    void copiesGoAcrossAndThroughViews() {
        Tensor x = there(() -> Tensors.zeros(DType.F32, 2, 3));
        x.select(0, 1).copyFrom(Tensors.of(new float[] {1, 2, 3}));
        x.select(1, 0).copyFrom(Tensors.of(new double[] {7, 8}).to(cuda));
        assertArrayEquals(new double[] {7, 0, 0, 8, 2, 3}, x.toDoubles());
        x.copyFrom(x.flip(1));
        assertArrayEquals(new double[] {0, 0, 7, 3, 2, 8}, x.toDoubles());
        Tensor host = Tensors.zeros(DType.F32, 3, 2);
        host.copyFrom(x.transpose());
        assertArrayEquals(new double[] {0, 3, 0, 2, 7, 8}, host.toDoubles());
    }

    @Test
    void randomNumbersAreThoseOfTheHost() {
        List<Function<Generator, Tensor>> draws = new ArrayList<>(List.of(g -> g.integers(DType.I64, -5, 1000, 3, 7), g -> g.integers(DType.U8, 0, 9, 11), g -> g.bernoulli(0.3, 33),
                g -> g.permutation(9), g -> g.gumbel(DType.F32, 9), g -> g.logistic(DType.F64, 9), g -> g.uniform(DType.F32, dev.tenfold.tensor.Shape.of(5), 2, 2),
                g -> g.gamma(Tensors.of(new float[] {0.5f, 3})), g -> g.shuffle(Tensors.arange(10)), g -> g.categorical(Tensors.of(new float[] {1, 2, 3, 3, 2, 1}, 2, 3))));
        for (DType type : List.of(DType.F32, DType.F64, DType.F16, DType.BF16)) {
            draws.add(g -> g.uniform(type, 5, 13));
            draws.add(g -> g.normal(type, 5, 13));
        }
        for (int i = 0; i < draws.size(); i++) {
            Function<Generator, Tensor> draw = draws.get(i);
            Generator here = new Generator(7).fork(i);
            Generator other = new Generator(7).fork(i);
            Tensor expected = draw.apply(here);
            Tensor drawn = there(() -> draw.apply(other));
            assertSame(cuda, drawn.device());
            assertArrayEquals(expected.toDoubles(), drawn.toDoubles(), "draw " + i);
            assertEquals(here.state(), other.state());
        }
    }

    @Test
    void fusedChainsHaveTheBitsOfTheHost() {
        Fused chain = Fused.of(2, v -> v[0].mul(v[1]).add(1).tanh().mul(v[0].sigmoid()));
        Tensor a = new Generator(1).normal(DType.F32, 7, 1, 33);
        Tensor b = new Generator(2).normal(DType.F32, 5, 1);
        assertArrayEquals(chain.apply(a, b).toDoubles(), chain.apply(a.to(cuda), b.to(cuda)).toDoubles());
        assertArrayEquals(chain.max(1).apply(a, b).toDoubles(), chain.max(1).apply(a.to(cuda), b.to(cuda)).toDoubles());
    }

    @Test
    void filesAreWrittenFromAndReadToTheDevice(@TempDir Path folder) throws IOException {
        Tensor x = there(() -> Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        Npy.write(folder.resolve("x.npy"), x.transpose());
        SafeTensors.write(folder.resolve("x.safetensors"), Map.of("x", x), Map.of());
        assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, Npy.read(folder.resolve("x.npy")).toDoubles());
        try (Device.Use use = cuda.use()) {
            Tensor back = SafeTensors.read(folder.resolve("x.safetensors")).tensors().get("x");
            assertSame(cuda, back.device());
            assertArrayEquals(x.toDoubles(), back.toDoubles());
            assertSame(cuda, Npy.read(folder.resolve("x.npy")).device());
        }
    }

    @Test
    void severalThreadsWorkOnOneDevice() throws InterruptedException {
        Tensor shared = new Generator(3).normal(DType.F32, 40, 50).to(cuda);
        double[] expected = shared.to(Device.CPU).square().sum(1).toDoubles();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 20; i++) {
                        try (Scope own = Scope.open()) {
                            assertArrayEquals(expected, shared.square().sum(1).toDoubles(), 1e-4);
                        }
                    }
                } catch (Throwable e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        assertEquals(List.of(), failures);
    }

    @Test
    void aCapturedStepReplaysWithItsBits() {
        Tensor x = new Generator(4).normal(DType.F32, 6, 5).to(cuda);
        Tensor w = new Generator(5).normal(DType.F32, 5).to(cuda);
        Tensor again = w.copy();
        step(x, w);
        step(x, again);
        try (CudaGraph graph = cuda.capture(() -> step(x, w))) {
            for (int i = 0; i < 5; i++) {
                Tensor next = new Generator(10 + i).normal(DType.F32, 6, 5);
                x.copyFrom(next);
                graph.replay();
                step(next.to(cuda), again);
                assertArrayEquals(again.toDoubles(), w.toDoubles(), "replay " + i);
            }
            assertTrue(assertThrows(IllegalStateException.class, () -> cuda.capture(() -> x.sum().item())).getMessage().contains("host"));
        }
    }

    /** Two generators, one of which draws twice: each replay takes the numbers that the work would have drawn, and leaves the generators where it would. */
    @Test
    void replaysDrawNewNumbers() {
        Tensor noise = Tensors.zeros(DType.F32, 7, 9).to(cuda);
        Generator captured = new Generator(6);
        Generator other = new Generator(7);
        Generator eager = new Generator(6);
        Generator eagerOther = new Generator(7);
        captured.uniform(DType.F32, 5);
        eager.uniform(DType.F32, 5);
        try (Device.Use there = cuda.use(); CudaGraph graph = cuda.capture(() -> draw(noise, captured, other))) {
            assertEquals(eager.state(), captured.state(), "a capture draws nothing");
            Tensor expected = noise.copy();
            for (int i = 0; i < 3; i++) {
                graph.replay();
                draw(expected, eager, eagerOther);
                assertArrayEquals(expected.toDoubles(), noise.toDoubles(), "replay " + i);
                assertEquals(eager.state(), captured.state());
                assertEquals(eagerOther.state(), other.state());
                if (i == 1) assertArrayEquals(eager.normal(DType.F64, 3).toDoubles(), captured.normal(DType.F64, 3).toDoubles(), "draws between replays");
            }
            String refused = assertThrows(IllegalStateException.class, () -> cuda.capture(captured::split)).getMessage();
            assertTrue(refused.contains("Generator.split()") && refused.contains("the same in every replay"), refused);
        }
    }

    private static void draw(Tensor to, Generator first, Generator second) {
        try (Scope inner = Scope.open(); NoGrad region = NoGrad.open()) {
            to.copyFrom(first.normal(DType.F32, 7, 9).add(second.uniform(DType.F32, 7, 9)).mul(first.integers(DType.I32, 0, 4, 7, 9).to(DType.F32)));
        }
    }

    /** One step down the gradient of log sum exp of x w. */
    private static void step(Tensor x, Tensor w) {
        try (Scope inner = Scope.open()) {
            Tensor leaf = w.detach().requiresGrad(true);
            Autograd.backward(x.mul(leaf).sum(1).logSumExp());
            try (NoGrad region = NoGrad.open()) {
                w.copyFrom(w.sub(leaf.grad().mul(0.1)));
            }
        }
    }
}
