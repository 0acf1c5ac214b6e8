package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimiser against its paper's formulas, one number at a time in double precision. */
class OptimisersTest {
    private static final double RATE = 0.05;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** What a paper says of one weight: its state goes on in {@code s}, t counts from 1, the new weight is returned. */
    interface Reference {
        double step(double w, double g, int t, double rate, double decay, double[] s);
    }

    record Method(String name, Function<List<ParameterGroup>, Optimiser> make, double decay, Reference reference) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Method> methods() {
        return List.of(
                new Method("sgd", g -> new Sgd(g, RATE, Sgd.Settings.PLAIN.weightDecay(0.1)), 0.1, (w, g, t, lr, wd, s) -> w - lr * (g + wd * w)),
                new Method("momentum", g -> new Sgd(g, RATE, Sgd.Settings.PLAIN.momentum(0.9).weightDecay(0.1)), 0.1, (w, g, t, lr, wd, s) -> {
                    s[0] = 0.9 * s[0] + g + wd * w;
                    return w - lr * s[0];
                }),
                new Method("dampening", g -> new Sgd(g, RATE, Sgd.Settings.PLAIN.momentum(0.8).dampening(0.3)), 0, (w, g, t, lr, wd, s) -> {
                    s[0] = t == 1 ? g + wd * w : 0.8 * s[0] + 0.7 * (g + wd * w);
                    return w - lr * s[0];
                }),
                new Method("Nesterov", g -> new Sgd(g, RATE, Sgd.Settings.PLAIN.momentum(0.9).weightDecay(0.1).withNesterov()), 0.1, (w, g, t, lr, wd, s) -> {
                    s[0] = 0.9 * s[0] + g + wd * w;
                    return w - lr * (g + wd * w + 0.9 * s[0]);
                }),
                new Method("Adam", g -> new Adam(g, RATE, Adam.Settings.USUAL.betas(0.8, 0.95).eps(1e-3).weightDecay(0.1)), 0.1, (w, g, t, lr, wd, s) -> {
                    double h = g + wd * w;
                    s[0] = 0.8 * s[0] + 0.2 * h;
                    s[1] = 0.95 * s[1] + 0.05 * h * h;
                    return w - lr * s[0] / (1 - Math.pow(0.8, t)) / (Math.sqrt(s[1] / (1 - Math.pow(0.95, t))) + 1e-3);
                }),
                new Method("AdamW", g -> new Adam(g, RATE, Adam.Settings.USUAL.decoupledDecay(0.1)), 0.1, (w, g, t, lr, wd, s) -> {
                    s[0] = 0.9 * s[0] + 0.1 * g;
                    s[1] = 0.999 * s[1] + 0.001 * g * g;
                    return w - lr * wd * w - lr * s[0] / (1 - Math.pow(0.9, t)) / (Math.sqrt(s[1] / (1 - Math.pow(0.999, t))) + 1e-8);
                }),
                new Method("Adamax", g -> new Adamax(g, RATE, new Adamax.Settings(0.8, 0.9, 1e-8, 0.1)), 0.1, (w, g, t, lr, wd, s) -> {
                    double h = g + wd * w;
                    s[0] = 0.8 * s[0] + 0.2 * h;
                    s[1] = Math.max(0.9 * s[1], Math.abs(h) + 1e-8);
                    return w - lr / (1 - Math.pow(0.8, t)) * s[0] / s[1];
                }),
                new Method("RMSProp of PyTorch", g -> new RmsProp(g, RATE, new RmsProp.Settings(RmsProp.Form.PYTORCH, 0.9, 1e-2, 0.5, false, 0.1)), 0.1, (w, g, t, lr, wd, s) -> {
                    double h = g + wd * w;
                    s[0] = 0.9 * s[0] + 0.1 * h * h;
                    s[1] = 0.5 * s[1] + h / (Math.sqrt(s[0]) + 1e-2);
                    return w - lr * s[1];
                }),
                new Method("RMSProp without momentum", g -> new RmsProp(g, RATE, RmsProp.Settings.PYTORCH), 0, (w, g, t, lr, wd, s) -> {
                    double h = g + wd * w;
                    s[0] = 0.99 * s[0] + 0.01 * h * h;
                    return w - lr * h / (Math.sqrt(s[0]) + 1e-8);
                }),
                new Method("centred RMSProp of TensorFlow", g -> new RmsProp(g, RATE, new RmsProp.Settings(RmsProp.Form.TENSORFLOW, 0.9, 1e-2, 0.5, true, 0)), 0, (w, g, t, lr, wd, s) -> {
                    double h = g + wd * w;
                    s[0] = 0.9 * s[0] + 0.1 * h * h;
                    s[1] = 0.9 * s[1] + 0.1 * h;
                    s[2] = 0.5 * s[2] + lr * h / Math.sqrt(s[0] - s[1] * s[1] + 1e-2);
                    return w - s[2];
                }));
    }

    private static Parameter parameter(double... values) {
        return new Parameter(Tensors.of(values, values.length));
    }

    private static void give(Parameter p, double... gradient) {
        p.value().setGrad(Tensors.of(gradient, gradient.length).to(p.value().dtype()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void stepsAreThoseOfThePaperAndGroupsDifferInRateAndDecay(Method method) {
        double[] start = {0.7, -1.2, 3, 0.01};
        Parameter usual = parameter(start);
        Parameter other = parameter(start);
        ParameterGroup first = ParameterGroup.of(Map.of("usual", usual));
        ParameterGroup second = ParameterGroup.of(Map.of("other", other)).rate(3).decay(0.02);
        double[][] w = {start.clone(), start.clone()};
        double[][][] state = new double[2][start.length][3];
        try (Optimiser optimiser = method.make.apply(List.of(first, second))) {
            assertTrue(optimiser.toString().endsWith(" with 1 parameters: rate x 3.0, weight decay 0.02"), optimiser.toString());
            for (int t = 1; t <= 6; t++) {
                double[] gradient = new double[start.length];
                for (int i = 0; i < gradient.length; i++) gradient[i] = Math.sin(3 * t + i);
                give(usual, gradient);
                give(other, gradient);
                optimiser.step();
                for (int i = 0; i < start.length; i++) {
                    w[0][i] = method.reference.step(w[0][i], gradient[i], t, RATE, method.decay, state[0][i]);
                    w[1][i] = method.reference.step(w[1][i], gradient[i], t, 3 * RATE, 0.02, state[1][i]);
                }
                assertArrayEquals(w[0], usual.value().toDoubles(), 1e-12, "step " + t);
                assertArrayEquals(w[1], other.value().toDoubles(), 1e-12, "step " + t + ", other group");
            }
        }
    }

    private static double norm(double[] x) {
        double squares = 0;
        for (double v : x) squares += v * v;
        return Math.sqrt(squares);
    }

    @Test
    void lambScalesItsStepToTheNormOfTheWeights() {
        for (boolean paper : new boolean[] {true, false}) {
            Lamb.Settings settings = Lamb.Settings.PAPER.betas(0.8, 0.95).eps(1e-4).weightDecay(0.1);
            if (!paper) settings = settings.withoutBiasCorrection().normLimit(2.5);
            double[][] w = {{3, -1, 0.5}, {0.1, 0.2, -0.1}, {0, 0, 0}};
            double[][] m = new double[3][3];
            double[][] v = new double[3][3];
            Map<String, Parameter> parameters = new LinkedHashMap<>();
            for (int k = 0; k < w.length; k++) parameters.put("w" + k, parameter(w[k]));
            Optimiser lamb = new Lamb(List.of(ParameterGroup.of(parameters)), RATE, settings);
            for (int t = 1; t <= 4; t++) {
                for (int k = 0; k < w.length; k++) {
                    double[] g = {Math.sin(t + k), Math.cos(t), t == 2 ? 0 : 0.3};
                    give(parameters.get("w" + k), g);
                    double[] u = new double[3];
                    for (int i = 0; i < 3; i++) {
                        m[k][i] = 0.8 * m[k][i] + 0.2 * g[i];
                        v[k][i] = 0.95 * v[k][i] + 0.05 * g[i] * g[i];
                        double mean = paper ? m[k][i] / (1 - Math.pow(0.8, t)) : m[k][i];
                        double square = paper ? v[k][i] / (1 - Math.pow(0.95, t)) : v[k][i];
                        u[i] = mean / (Math.sqrt(square) + 1e-4) + 0.1 * w[k][i];
                    }
                    double weight = paper ? norm(w[k]) : Math.min(norm(w[k]), 2.5);
                    double ratio = weight == 0 ? 1 : weight / norm(u);
                    for (int i = 0; i < 3; i++) w[k][i] -= RATE * ratio * u[i];
                }
                lamb.step();
                for (int k = 0; k < w.length; k++) assertArrayEquals(w[k], parameters.get("w" + k).value().toDoubles(), 1e-12);
            }
            lamb.close();
        }
    }

    /** Runs an optimiser on fixed gradients from step {@code from} to {@code to}, all parameters in f32. */
    private static void run(Optimiser optimiser, int from, int to) {
        for (int t = from; t < to; t++) {
            int step = t;
            optimiser.parameters().forEach((name, p) -> {
                if (step == 1 && name.equals("b")) return; // its state begins later
                p.value().setGrad(new Generator(100 * step + name.charAt(0)).normal(DType.F32, p.value().shape(), 0, 1));
            });
            optimiser.step();
        }
    }

    private static Map<String, Parameter> twoParameters() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        parameters.put("a", new Parameter(new Generator(1).normal(DType.F32, 3, 5)));
        parameters.put("b", new Parameter(new Generator(2).normal(DType.F32, 70_001)));
        return parameters;
    }

    private static List<float[]> bits(Optimiser optimiser) {
        List<float[]> bits = new ArrayList<>();
        optimiser.parameters().values().forEach(p -> bits.add(p.value().toFloats()));
        return bits;
    }

    @Test
    void aResumedRunAndAnyNumberOfThreadsGiveTheSameBits() {
        List<Function<List<ParameterGroup>, Optimiser>> makers = new ArrayList<>(methods().stream().map(Method::make).toList());
        makers.add(g -> new Lamb(g, RATE, Lamb.Settings.PAPER));
        makers.add(g -> new Grda(g, RATE, 0.05, 0.6));
        int before = WorkerPool.threads();
        try {
            for (Function<List<ParameterGroup>, Optimiser> make : makers) {
                WorkerPool.setThreads(1);
                Optimiser whole = make.apply(List.of(ParameterGroup.of(twoParameters())));
                run(whole, 1, 6);
                WorkerPool.setThreads(3);
                Map<String, Parameter> parameters = twoParameters();
                Optimiser first = make.apply(List.of(ParameterGroup.of(parameters)));
                run(first, 1, 3);
                Map<String, Tensor> saved = new HashMap<>();
                first.state().forEach((name, t) -> saved.put(name, t.copy()));
                first.close();
                Optimiser second = make.apply(List.of(ParameterGroup.of(parameters)));
                second.load(saved);
                second.setSteps(2);
                run(second, 3, 6);
                for (int k = 0; k < 2; k++) assertArrayEquals(bits(whole).get(k), bits(second).get(k), whole + ", parameter " + k);
                whole.close();
                second.close();
            }
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void aParameterWithoutGradientAFrozenOneAndASharedGradientAreTreatedAsTheyShould() {
        Parameter still = parameter(1, 2);
        Parameter frozen = parameter(3, 4);
        Parameter moving = parameter(5, 6);
        Sgd sgd = new Sgd(List.of(ParameterGroup.of(Map.of("still", still, "frozen", frozen, "moving", moving))), 1, Sgd.Settings.PLAIN);
        give(frozen, 1, 1);
        frozen.freeze(true);
        moving.value().setGrad(Tensors.scalar(DType.F64, 2).expand(dev.tenfold.tensor.Shape.of(2)));
        sgd.step();
        assertArrayEquals(new double[] {1, 2}, still.value().toDoubles());
        assertArrayEquals(new double[] {3, 4}, frozen.value().toDoubles());
        assertArrayEquals(new double[] {3, 4}, moving.value().toDoubles());
    }

    @Test
    void wrongSettingsAndGroupsAreRefused() {
        Parameter p = parameter(1);
        List<ParameterGroup> one = List.of(ParameterGroup.of(Map.of("p", p)));
        List<ParameterGroup> twice = List.of(one.getFirst(), ParameterGroup.of(Map.of("q", p)));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(twice, 0.1, Sgd.Settings.PLAIN));
        assertThrows(IllegalArgumentException.class, () -> new Sgd(one, -0.1, Sgd.Settings.PLAIN));
        assertThrows(IllegalArgumentException.class, () -> Sgd.Settings.PLAIN.withNesterov());
        assertThrows(IllegalArgumentException.class, () -> Adam.Settings.USUAL.betas(1, 0.9));
        assertThrows(IllegalArgumentException.class, () -> Lamb.Settings.PAPER.normLimit(0));
        assertThrows(IllegalArgumentException.class, () -> one.getFirst().decay(Double.NaN));
        for (double[] bad : new double[][] {{-1, 0.5}, {0.1, 0}, {0.1, 1}}) {
            assertThrows(IllegalArgumentException.class, () -> new Grda(one, 0.1, bad[0], bad[1]));
        }
        String message = assertThrows(IllegalArgumentException.class, () -> new Grda(List.of(one.getFirst().decay(0.1)), 0.1, 0.1, 0.5)).getMessage();
        assertTrue(message.contains("weight decay 0.1"), message);
    }

    @Test
    void groupsAreMadeByNameAndShape() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        parameters.put("fc.weight", new Parameter(Tensors.zeros(DType.F32, 2, 3)));
        parameters.put("fc.bias", new Parameter(Tensors.zeros(DType.F32, 3)));
        ParameterGroup all = ParameterGroup.of(parameters).named("net");
        ParameterGroup matrices = all.only((name, p) -> p.value().rank() > 1);
        assertEquals(List.of("net.fc.weight"), List.copyOf(matrices.parameters().keySet()));
        assertEquals(List.of("net.fc.bias"), List.copyOf(all.without(matrices).parameters().keySet()));
        Adam adam = new Adam(List.of(matrices, all.without(matrices).decay(0)), 0.1, Adam.Settings.USUAL.decoupledDecay(0.01));
        assertEquals("AdamW(betas 0.9, 0.999, eps 1.0E-8, weight decay 0.01) with 1 parameters: weight decay 0.0", adam.toString());
    }
}
