package dev.tenfold.nn.optim;

import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.FiniteScaling;
import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Keeps gradients inside f16's range (P. Micikevicius et al. 2018, "Mixed precision training"): the loss is multiplied by a scale before the
 * backward pass and the gradients divided by it after, and a step whose gradients overflowed is left out.
 *
 * <pre>{@code
 * LossScaler scaler = LossScaler.dynamic();
 * …
 * Autograd.backward(scaler.scale(loss));
 * if (scaler.unscale(net.parameters())) optimiser.step();    // clip the gradients before the step, if at all
 * }</pre>
 *
 * <p>The dynamic scale is halved when a gradient is infinite or NaN and doubled after a number of good steps in a row. Scales are powers of two, so
 * that scaling rounds nothing. All parameters of one loss go into one call. To continue a training with the same bits, save {@link #state()} with
 * it, for example in the metadata of {@code TrainingState.Progress}.
 */
public final class LossScaler {
    private static final double FIRST = 0x1p16;
    private static final int GOOD_STEPS = 2000;
    /** Below this even a gradient of 1 is lost in f16, and a gradient that still overflows is no matter of the scale. */
    private static final double SMALLEST = 0x1p-24;
    private static final double LARGEST = 0x1p60;

    private final int interval;
    private double scale;
    private int good;
    private long skipped;

    private LossScaler(double scale, int interval) {
        if (!(scale >= SMALLEST && scale <= LARGEST) || Math.scalb(1, Math.getExponent(scale)) != scale) {
            throw new IllegalArgumentException("LossScaler: the scale " + scale + " must be a power of two in [2^-24, 2^60]");
        }
        this.scale = scale;
        this.interval = interval;
    }

    /** Starts at 2^16 and doubles after 2000 good steps. */
    public static LossScaler dynamic() {
        return dynamic(FIRST, GOOD_STEPS);
    }

    /** Starts at {@code first}, a power of two, and doubles after {@code goodSteps} good steps. */
    public static LossScaler dynamic(double first, int goodSteps) {
        if (goodSteps < 1) throw new IllegalArgumentException("LossScaler: " + goodSteps + " good steps must be at least 1");
        return new LossScaler(first, goodSteps);
    }

    /** Always {@code scale}, a power of two; steps that overflow are left out all the same. */
    public static LossScaler fixed(double scale) {
        return new LossScaler(scale, 0);
    }

    /** The scale of the next loss. */
    public double scale() {
        return scale;
    }

    /** How many steps were left out. */
    public long skipped() {
        return skipped;
    }

    /** {@code loss scale}: what to go backward from. */
    public Tensor scale(Tensor loss) {
        return loss.mul(scale);
    }

    /**
     * Divides the gradients by the scale and moves the scale on. Where one is not finite all are dropped, and the step must
     * be left out.
     *
     * @return whether to take the step
     * @throws IllegalStateException when the gradients of a dynamic scaler overflow at the smallest scale: the training has diverged
     */
    public boolean unscale(List<Parameter> parameters) {
        if (divide(parameters)) {
            if (interval > 0 && ++good == interval) {
                scale = Math.min(LARGEST, scale * 2);
                good = 0;
            }
            return true;
        }
        parameters.forEach(Parameter::zeroGrad);
        skipped++;
        good = 0;
        if (interval > 0) {
            if (scale == SMALLEST) throw new IllegalStateException("LossScaler: gradients are not finite even at a scale of 2^-24: the training has diverged");
            scale /= 2;
        }
        return false;
    }

    /** False where a gradient is not finite. */
    private boolean divide(List<Parameter> parameters) {
        List<Parameter> due = parameters.stream().filter(p -> p.grad() != null).toList();
        // Into new tensors: gradients may share memory, where parameters were added to each other.
        Optional<List<Tensor>> gradients = FiniteScaling.of(due.stream().map(Parameter::grad).toList(), 1 / scale);
        if (gradients.isEmpty()) return false;
        for (int i = 0; i < due.size(); i++) due.get(i).value().setGrad(gradients.get().get(i));
        return true;
    }

    /** What {@link #restore} continues from, as text. */
    public String state() {
        return scale + " " + good + " " + skipped;
    }

    /**
     * Continues from what {@link #state()} gave. Returns this.
     *
     * @throws IllegalArgumentException when the text is none of its
     */
    public LossScaler restore(String state) {
        String[] words = state.split(" ");
        try {
            if (words.length != 3) throw new NumberFormatException();
            LossScaler saved = new LossScaler(Double.parseDouble(words[0]), interval);
            int steps = Integer.parseInt(words[1]);
            long left = Long.parseLong(words[2]);
            if (steps < 0 || left < 0 || steps > 0 && steps >= interval) throw new NumberFormatException();
            scale = saved.scale;
            good = steps;
            skipped = left;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("LossScaler: \"" + state + "\" is no state of it; a scale (a power of two), good steps below " + interval
                    + " and steps left out are expected", e);
        }
        return this;
    }
}
