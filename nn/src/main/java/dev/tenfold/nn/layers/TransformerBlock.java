package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/**
 * Attention and an MLP on tokens [batch, tokens, width], each beside a shortcut. Norm first: {@code h = x + attn(norm1(x))},
 * {@code y = h + mlp(norm2(h))}; norm after: {@code h = norm1(x + attn(x))}, {@code y = norm2(h + mlp(h))}; with
 * {@code mlp(h) = W_2 activation(W_1 h + b_1) + b_2}.
 */
public final class TransformerBlock extends Module {
    private final TransformerDesign design;
    private final LayerNorm norm1;
    private final MultiHeadAttention attention;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;
    private final Dropout dropout;
    private final DropPath dropPath;

    public TransformerBlock(Generator generator, TransformerDesign design) {
        this.design = design;
        norm1 = child("norm1", Transformer.norm(design));
        attention = child("attn", new MultiHeadAttention(generator, design.width(), design.heads(), design.causal(), design.dropout(), design.dtype()));
        norm2 = child("norm2", Transformer.norm(design));
        fc1 = child("fc1", new Linear(generator, design.width(), design.hidden(), true, design.dtype()));
        fc2 = child("fc2", new Linear(generator, design.hidden(), design.width(), true, design.dtype()));
        dropout = design.dropout() == 0 ? null : child("dropout", new Dropout(generator, design.dropout()));
        dropPath = design.dropPath() == 0 ? null : child("drop_path", new DropPath(generator, design.dropPath()));
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, null);
    }

    /** As {@link MultiHeadAttention#forward(Tensor, Tensor)}: only the tokens where {@code present} [batch, tokens] is true are seen. */
    public Tensor forward(Tensor x, Tensor present) {
        if (design.preNorm()) {
            Tensor h = x.add(dropped(attention.forward(norm1.forward(x), present)));
            return h.add(dropped(mlp(norm2.forward(h))));
        }
        Tensor h = norm1.forward(x.add(dropped(attention.forward(x, present))));
        return norm2.forward(h.add(dropped(mlp(h))));
    }

    private Tensor mlp(Tensor h) {
        Tensor hidden = design.activation().of(fc1.forward(h));
        return fc2.forward(dropout == null ? hidden : dropout.forward(hidden));
    }

    /** What is left of a branch. */
    private Tensor dropped(Tensor branch) {
        Tensor kept = dropout == null ? branch : dropout.forward(branch);
        return dropPath == null ? kept : dropPath.forward(kept);
    }
}
