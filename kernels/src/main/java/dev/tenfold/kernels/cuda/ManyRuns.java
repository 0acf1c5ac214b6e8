package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.CudaText;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One element-wise computation on many dense tensors, such as an optimiser's step, in as few launches as their arguments allow: a launch has
 * up to 64 runs and the few different sets of parameters that these have, in 4 KB. Blocks belong to one run each; what is computed for
 * an element does not depend on which others share its launch.
 */
final class ManyRuns {
    /** Bytes of a launch's arguments that are used, of 4096. */
    private static final int ROOM = 3968;
    private static final int MOST_RUNS = 64;
    /** Sets of parameters of a launch; as many as runs where a set is this small. */
    private static final int FEW_SETS = 8;
    private static final int SMALL_SET = 16;

    private final CudaText element;
    private final boolean inPlace;
    private final int width;
    private final int runBytes;
    private final int setBytes;
    private final int mostRuns;
    private final int mostSets;
    private final CudaKernel kernel;

    /** {@code inPlace}: output k is input k of every run. */
    ManyRuns(CudaText element, boolean inPlace) {
        this.element = element;
        this.inPlace = inPlace;
        width = PointwiseText.width(element);
        runBytes = 16 + 8 * operands();
        setBytes = 8 * element.params().size();
        boolean own = setBytes <= SMALL_SET;
        mostRuns = Math.min(MOST_RUNS, own ? ROOM / (runBytes + setBytes) : (ROOM - FEW_SETS * setBytes) / runBytes);
        mostSets = setBytes == 0 ? 0 : own ? mostRuns : FEW_SETS;
        kernel = CudaKernel.of(PointwiseText.runsSource(element, inPlace, mostRuns, mostSets), "runs", Parameter.struct(mostRuns * runBytes + mostSets * setBytes));
    }

    /** Whether output k is input k in all of {@code runs}. */
    static boolean inPlace(CudaText element, List<PointwiseKernel.Run> runs) {
        int inputs = element.in().size();
        for (PointwiseKernel.Run run : runs) {
            for (int k = 0; k < element.out().size(); k++) if (k >= inputs || run.operands()[k] != run.operands()[inputs + k]) return false;
        }
        return true;
    }

    private int operands() {
        return element.in().size() + (inPlace ? 0 : element.out().size());
    }

    KernelSource source() {
        return kernel.source();
    }

    void run(CudaStream stream, List<PointwiseKernel.Run> runs) {
        List<PointwiseKernel.Run> some = new ArrayList<>();
        List<double[]> sets = new ArrayList<>();
        for (PointwiseKernel.Run run : runs) {
            if (run.n() == 0) continue;
            boolean fresh = mostSets > 0 && place(sets, run.params()) < 0;
            if (some.size() == mostRuns || fresh && sets.size() == mostSets) {
                launch(stream, some, sets);
                some.clear();
                sets.clear();
                fresh = mostSets > 0;
            }
            some.add(run);
            if (fresh) sets.add(run.params());
        }
        if (!some.isEmpty()) launch(stream, some, sets);
    }

    private static int place(List<double[]> sets, double[] params) {
        for (int s = 0; s < sets.size(); s++) if (Arrays.equals(sets.get(s), params)) return s;
        return -1;
    }

    private void launch(CudaStream stream, List<PointwiseKernel.Run> runs, List<double[]> sets) {
        Launch launch = kernel.on(stream);
        long address = launch.struct(mostRuns * runBytes + mostSets * setBytes);
        long at = address;
        long blocks = 0;
        long stretch = (long) PointwiseText.THREADS * width;
        for (PointwiseKernel.Run run : runs) {
            blocks += (run.n() + stretch - 1) / stretch;
            Memory.putInt(at, CudaPointwise.blocks(blocks));
            Memory.putInt(at + 4, mostSets == 0 ? 0 : place(sets, run.params()));
            Memory.putLong(at + 8, run.n());
            for (int k = 0; k < operands(); k++) {
                stream.touches(run.operands()[k]);
                Memory.putLong(at + 16 + 8L * k, run.operands()[k]);
            }
            at += runBytes;
        }
        at = address + (long) mostRuns * runBytes;
        for (double[] set : sets) {
            for (int p = 0; p < element.params().size(); p++, at += 8) {
                DType type = element.params().get(p);
                Memory.putAsDouble(type, at, set[p]);
            }
        }
        launch.launch((int) blocks, PointwiseText.THREADS);
    }
}
