package dev.tenfold.jmh.engine;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Embedding;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Transformer;
import dev.tenfold.nn.layers.TransformerDesign;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/** A bidirectional transformer, norm first, MLP of 4 width with GELU, that gives every token [batch, tokens] scores of the vocabulary. */
public final class TokenNamer extends Module {
    private final Embedding tokens;
    private final Transformer transformer;
    private final Linear head;

    public TokenNamer(Generator generator, int vocabulary, int places, int width, int heads, int layers) {
        tokens = child("tokens", new Embedding(generator, vocabulary, width, 0.02, Embedding.NONE, DType.F32));
        transformer = child("transformer", new Transformer(generator, TransformerDesign.of(width, heads), layers, places, Transformer.Positions.LEARNED));
        head = child("head", new Linear(generator, width, vocabulary));
    }

    @Override
    public Tensor forward(Tensor indices) {
        return head.forward(transformer.forward(tokens.forward(indices)));
    }
}
