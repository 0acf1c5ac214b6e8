package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.LossScaler;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings inside a {@link Precision} region, with and without a {@link LossScaler}. */
class MixedPrecisionTest {
    /** A loss so small that its gradients lie below f16's smallest number, 6e-8. */
    private static final double SMALL = 1e-8;

    @TempDir
    Path folder;
    private Scope scope;
    private Tensor x;
    private Tensor y;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = new Generator(5).normal(DType.F32, 64, 4);
        y = x.matmul(new Generator(6).normal(DType.F32, 4, 1)).tanh();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Tensor loss(Module net, DType compute) {
        try (Precision region = Precision.compute(compute)) {
            Tensor f = net.forward(x);
            return f.sub(y).square().mean();
        }
    }

    /** The loss after 60 steps on {@code SMALL} times the loss; the rate makes up for the factor. */
    private double trained(DType compute, LossScaler scaler) {
        Mlp net = new Mlp(new Generator(7), 4, 16, 1);
        Sgd sgd = new Sgd(net, 0.1 / SMALL, 0.9, 0);
        for (int step = 0; step < 60; step++) {
            try (Scope inner = Scope.open()) {
                Tensor loss = loss(net, compute).mul(SMALL);
                Autograd.backward(scaler == null ? loss : scaler.scale(loss));
                if (scaler == null || scaler.unscale(net.parameters())) sgd.step();
            }
        }
        return loss(net, DType.F32).item();
    }

    @Test
    void halfPrecisionTrainsWithScalingWhereItFailsWithout() {
        double untrained = loss(new Mlp(new Generator(7), 4, 16, 1), DType.F32).item();
        double single = trained(DType.F32, null);
        assertTrue(single < 0.1 * untrained, single + " of " + untrained);
        assertTrue(trained(DType.F16, null) > 0.5 * untrained);
        LossScaler scaler = LossScaler.dynamic(0x1p46, 2000);
        double scaled = trained(DType.F16, scaler);
        assertTrue(scaled < 1.5 * single, scaled + " after f32 reached " + single);
        assertTrue(scaler.skipped() > 0, "the first scale was meant to overflow");
    }

    @Test
    void bfloat16TrainsWithoutScaling() {
        assertTrue(trained(DType.BF16, null) < 2 * trained(DType.F32, null));
    }

    @Test
    void parametersTheirGradientsAndStateStaySingle() {
        Mlp net = new Mlp(new Generator(7), 4, 16, 1);
        Adam adam = new Adam(net, 1e-3);
        Autograd.backward(loss(net, DType.BF16));
        net.namedParameters().forEach((name, p) -> assertEquals(DType.F32, p.grad().dtype(), name));
        adam.step();
        adam.state().forEach((name, t) -> assertEquals(DType.F32, t.dtype(), name));
    }

    @Test
    void trainingOutsideOfRegionsIsNotTouchedByThem() {
        float[] before = weightsAfterThreeSteps(false);
        assertArrayEquals(before, weightsAfterThreeSteps(true));
    }

    private float[] weightsAfterThreeSteps(boolean regionsBetween) {
        Mlp net = new Mlp(new Generator(8), 4, 8, 1);
        Adam adam = new Adam(net, 1e-2);
        for (int step = 0; step < 3; step++) {
            if (regionsBetween) assertFalse(Double.isNaN(loss(net, DType.F16).item()));
            Autograd.backward(net.forward(x).sub(y).square().mean());
            adam.step();
        }
        return net.parameters().getFirst().value().toFloats();
    }

    @Test
    void aResumedTrainingHasTheSameBits() throws Exception {
        Mlp whole = new Mlp(new Generator(9), 4, 8, 1);
        Adam adam = new Adam(whole, 1e-2);
        LossScaler scaler = LossScaler.dynamic(0x1p30, 3);
        steps(whole, adam, scaler, 10);
        TrainingState state = new TrainingState().module("net", whole).optimiser("adam", adam);
        state.save(folder.resolve("half.safetensors"), new TrainingState.Progress(new Position(0, 0), Map.of(), Map.of("scaler", scaler.state())));
        steps(whole, adam, scaler, 10);

        Mlp resumed = new Mlp(new Generator(1), 4, 8, 1);
        Adam other = new Adam(resumed, 1);
        TrainingState.Progress progress = new TrainingState().module("net", resumed).optimiser("adam", other).restore(folder.resolve("half.safetensors"));
        LossScaler continued = LossScaler.dynamic(2, 3).restore(progress.metadata().get("scaler"));
        steps(resumed, other, continued, 10);
        assertEquals(scaler.state(), continued.state());
        assertTrue(scaler.skipped() > 0);
        whole.state().forEach((name, t) -> assertArrayEquals(t.toFloats(), resumed.state().get(name).toFloats(), name));
    }

    private void steps(Module net, Adam adam, LossScaler scaler, int count) {
        for (int i = 0; i < count; i++) {
            Autograd.backward(scaler.scale(loss(net, DType.F16)));
            if (scaler.unscale(net.parameters())) adam.step();
        }
    }

    @Test
    void aConvolutionalNetworkComputesNarrowAndIsNearTheWideOne() {
        ResNet net = ResNet.resNet18(new Generator(3), 3, 8, 10);
        Tensor images = new Generator(4).normal(DType.F32, 2, 3, 16, 16);
        double[] wide = net.forward(images).softmax(1).toDoubles();
        double[] narrow;
        try (Precision region = Precision.compute(DType.BF16)) {
            narrow = net.forward(images).softmax(1).toDoubles();
        }
        assertFalse(Arrays.equals(wide, narrow));
        for (int i = 0; i < wide.length; i++) assertEquals(wide[i], narrow[i], 0.1);
    }
}
