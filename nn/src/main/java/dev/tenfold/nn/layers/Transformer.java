package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Buffer;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * A stack of {@link TransformerBlock}s on tokens [batch, tokens, width], with positions added before the first and, where the blocks have
 * their norm first, a layer norm after the last.
 */
public final class Transformer extends Module {
    /** What is added to the token at each place. */
    public enum Positions {
        /** A vector per place, drawn from N(0, 0.02^2). */
        LEARNED,
        /** {@link #sinusoids}. */
        SINUSOIDAL,
        /** Nothing. */
        NONE
    }

    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final Buffer fixed;
    private final Parameter learned;
    private final LayerNorm norm;

    /**
     * A stack.
     *
     * @param depth  number of blocks
     * @param places the longest sequence there is a position for
     */
    public Transformer(Generator generator, TransformerDesign design, int depth, int places, Positions positions) {
        if (depth < 1 || places < 1) throw new IllegalArgumentException("Transformer: " + depth + " blocks and " + places + " places; both must be at least 1");
        learned = positions != Positions.LEARNED ? null
                : parameter("positions", generator.normal(design.dtype(), Shape.of(places, design.width()), 0, 0.02));
        fixed = positions != Positions.SINUSOIDAL ? null : buffer("positions", sinusoids(design.dtype(), places, design.width()));
        for (int i = 0; i < depth; i++) {
            double rate = depth == 1 ? design.dropPath() : design.dropPath() * i / (depth - 1);
            blocks.add(child("block" + i, new TransformerBlock(generator, design.withDropPath(rate))));
        }
        norm = design.preNorm() ? child("norm", norm(design)) : null;
    }

    static LayerNorm norm(TransformerDesign design) {
        return new LayerNorm(design.epsilon(), true, design.dtype(), design.width());
    }

    /**
     * The positions of Vaswani et al. 2017 [places, width]: {@code sin(t / 10000^(2i / width))} in column 2i and the cosine of the same
     * in column 2i + 1.
     */
    public static Tensor sinusoids(DType dtype, int places, int width) {
        double[] values = new double[places * width];
        for (int t = 0; t < places; t++) {
            for (int i = 0; i < width; i++) {
                double angle = t / Math.pow(10000, (double) (i / 2 * 2) / width);
                values[t * width + i] = i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
            }
        }
        return Tensors.of(dtype, values, places, width);
    }

    @Override
    public Tensor forward(Tensor tokens) {
        return forward(tokens, null);
    }

    /**
     * The tokens after the last block.
     *
     * @param present bool [batch, tokens], the tokens that others see (false: padding), or null: all
     */
    public Tensor forward(Tensor tokens, Tensor present) {
        Tensor h = placed(tokens);
        for (TransformerBlock block : blocks) h = block.forward(h, present);
        return norm == null ? h : norm.forward(h);
    }

    private Tensor placed(Tensor tokens) {
        Tensor positions = learned != null ? learned.value() : fixed != null ? fixed.value() : null;
        if (positions == null) return tokens;
        if (tokens.rank() != 3 || tokens.size(1) > positions.size(0) || tokens.size(2) != positions.size(1)) {
            throw new IllegalArgumentException("Transformer: the tokens are " + tokens.shape() + "; they must be [batch, at most " + positions.size(0)
                    + ", " + positions.size(1) + "]");
        }
        return tokens.add(tokens.size(1) == positions.size(0) ? positions : positions.narrow(0, 0, tokens.size(1)));
    }
}
