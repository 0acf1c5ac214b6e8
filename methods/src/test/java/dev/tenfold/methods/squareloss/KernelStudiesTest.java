package dev.tenfold.methods.squareloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.methods.RecordedRun;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelStudiesTest {
    private static RecordedRun run(Path folder, Study... studies) throws Exception {
        Blocks blocks = Blocks.count();
        RecordedRun run = new RecordedRun(folder, 1, null);
        for (Study study : studies) study.run(run);
        blocks.requireNoMore("study");
        run.claims.forEach(c -> assertTrue(c.holds(), c::toString));
        return run;
    }

    @Test
    void spiralsAreSeparatedWithAMargin(@TempDir Path folder) throws Exception {
        RecordedRun run = run(folder, new SpiralStudy(3, 0, 1000, 0));
        assertTrue(run.claim("spirals_error").measured() < 0.005);
        assertTrue(run.claim("spirals_exponential").measured() < 0.2);
        assertTrue(run.claim("spirals_margin").measured() > 0.08);
        assertTrue(run.claim("spirals_no_worse_than_ce").measured() <= 0.005);
    }

    @Test
    void probabilitiesOnTheCircleAreLearnedUniformly(@TempDir Path folder) throws Exception {
        RecordedRun run = run(folder, new CircleStudy(3, new int[] {100, 200, 400, 800}));
        assertTrue(run.claim("circle_calibration_rate").measured() < -0.2);
    }

    @Test
    void aWideNetworkComputesItsKernel(@TempDir Path folder) throws Exception {
        RecordedRun run = run(folder, new WideNetStudy(new int[] {512, 8192}, 1500));
        assertEquals(2, run.claims.size());
    }

    @Test
    void spiralPointsLieOnTheirArmsAndOnTheSphere() {
        Spirals spirals = Spirals.of(new Generator(3), 500);
        int second = 0;
        for (int i = 0; i < 500; i++) {
            double[] x = spirals.points()[i];
            double u = Math.hypot(x[0], x[1]);
            assertTrue(u > Math.sqrt(.05) - .05 && u < 1.05);
            double angle = 3 * Math.PI * u + (spirals.labels()[i] < 0 ? Math.PI : 0);
            // The noise moves u by 0.042 at most, the angle by 3 pi times that.
            double distance = Math.hypot(x[0] - u * Math.cos(angle), x[1] - u * Math.sin(angle));
            assertTrue(distance < .042 * (3 * Math.PI + 1) + .01, "point " + i + " is " + distance + " off");
            if (spirals.labels()[i] < 0) second++;
        }
        assertTrue(second > 200 && second < 300);
        try (Scope scope = Scope.open()) {
            double[] norms = spirals.onSphere().square().sum(1).toDoubles();
            for (double norm : norms) assertEquals(1, norm, 1e-14);
        }
    }

    @Test
    void theJudgeMeasuresTheDistanceToAStraightBoundary() {
        // f = x0 / |(2x, 1)|: the boundary is the line x0 = 0, and the label is the side.
        double[][] points = new double[100][];
        double[] labels = new double[100];
        for (int i = 0; i < 100; i++) {
            points[i] = new double[] {(i % 2 == 0 ? 1 : -1) * (.051 + i * .002), .3};
            labels[i] = i < 10 ? -Math.signum(points[i][0]) : Math.signum(points[i][0]);
        }
        SpiralJudge judge = new SpiralJudge(new Spirals(points, labels), 100);
        SpiralJudge.Verdict verdict = judge.judge(x -> {
            Tensor weights = Tensors.of(new double[] {1, 0, 0}, 3, 1);
            return x.matmul(weights);
        })[0];
        assertEquals(.1, verdict.error(), 1e-12);
        // Five points are within .06, the next within .08; the percentile lies at place 4.95.
        assertEquals(.079, verdict.margin(), 1e-9);
    }

    @Test
    void percentilesInterpolate() {
        assertEquals(1.2, SpiralJudge.percentile(new double[] {5, 1, 2, 3, 4}, .05), 1e-12);
        assertArrayEquals(new double[] {-.5}, new double[] {Numbers.logSlope(new double[] {1, 4, 16}, new double[] {8, 4, 2})}, 1e-12);
    }
}
