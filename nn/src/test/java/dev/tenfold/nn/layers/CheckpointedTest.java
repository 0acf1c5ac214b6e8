package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.Checkpoint;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointedTest {
    /** The same weights and streams each time. */
    private static Module deep() {
        Generator generator = new Generator(5);
        List<Module> layers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            layers.add(new Linear(generator, 64, 64, true, DType.F64));
            layers.add(Function.tanh());
            layers.add(new Dropout(generator, 0.3));
        }
        return new Sequential(layers.toArray(Module[]::new));
    }

    private static List<double[]> gradients(Module net, int steps, double[] loss) {
        List<double[]> all = new ArrayList<>();
        try (net) {
            for (int step = 0; step < steps; step++) {
                try (Scope scope = Scope.open()) {
                    Tensor x = new Generator(9).normal(DType.F64, Shape.of(32, 64), 0, 1).requiresGrad(true);
                    Tensor value = net.forward(x).square().sum();
                    Autograd.backward(value);
                    loss[step] = value.item();
                    all.add(x.grad().toDoubles());
                    for (Parameter p : net.parameters()) all.add(p.grad().toDoubles());
                    net.zeroGrad();
                }
            }
        }
        return all;
    }

    @Test
    void gradientsOfInputsAndParametersHaveTheSameBitsUnderDropout() {
        double[] plainLoss = new double[3];
        double[] savingLoss = new double[3];
        List<double[]> plain = gradients(deep(), 3, plainLoss);
        List<double[]> saving = gradients(new Checkpointed(deep()), 3, savingLoss);
        assertArrayEquals(plainLoss, savingLoss);
        assertTrue(plainLoss[0] != plainLoss[1], "every step draws new masks");
        assertEquals(plain.size(), saving.size());
        for (int i = 0; i < plain.size(); i++) assertArrayEquals(plain.get(i), saving.get(i));
    }

    @Test
    void innerResultsAreNotKept() {
        try (Module net = deep(); Module saving = new Checkpointed(deep()); Scope scope = Scope.open()) {
            Tensor x = Tensors.ones(DType.F64, 32, 64);
            long start = HostAllocator.get().stats().liveBytes();
            net.forward(x);
            long plain = HostAllocator.get().stats().liveBytes() - start;
            saving.forward(x);
            long kept = HostAllocator.get().stats().liveBytes() - start - plain;
            assertTrue(kept * 6 < plain, kept + " bytes kept against " + plain);
        }
    }

    @Test
    void parametersLearnThoughTheInputWantsNoGradient() {
        try (Module net = new Checkpointed(deep()); Scope scope = Scope.open()) {
            Autograd.backward(net.forward(Tensors.ones(DType.F64, 2, 64)).sum());
            for (Parameter p : net.parameters()) assertTrue(p.grad() != null);
        }
    }

    @Test
    void leavesThatWereComputedAreRefused() {
        try (Scope scope = Scope.open()) {
            Tensor w = Tensors.ones(DType.F64, 2).requiresGrad(true).mul(2);
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> Checkpoint.run(in -> in.getFirst().mul(w), List.of(w), List.of(), Tensors.ones(DType.F64, 2)));
            assertTrue(e.getMessage().contains("leaf 0 [2] was computed from others"), e.getMessage());
        }
    }
}
