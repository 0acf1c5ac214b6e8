package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/**
 * A transformer on the patches of an image (Dosovitskiy et al. 2021): patches [patch, patch] times a matrix, a learned class token in
 * front, learned positions, blocks and a layer norm. With {@link Size#normFirst} as in CLIP's image encoder (Radford et al. 2021):
 * patches without bias and a layer norm before the blocks too.
 */
public final class VisionTransformer extends Module {
    /**
     * What goes in and comes out.
     *
     * @param image     height and width of the images, a multiple of {@code patch}
     * @param outputs   of a linear head on the class token; 0: no head
     * @param normFirst CLIP's layer norm before the blocks, and no bias of the patches
     */
    public record Size(int image, int channels, int patch, int depth, int outputs, boolean normFirst) {
        public Size {
            if (patch < 1 || image < patch || image % patch != 0 || channels < 1 || outputs < 0) {
                throw new IllegalArgumentException("VisionTransformer: images of " + channels + " x " + image + " x " + image + " do not divide into patches of "
                        + patch + " x " + patch + ", or there are " + outputs + " outputs");
            }
        }

        /** Number of patches of an image. */
        public int patches() {
            return image / patch * (image / patch);
        }
    }

    private final Size size;
    private final int width;
    private final Linear embedding;
    private final Parameter classToken;
    private final Parameter positions;
    private final LayerNorm first;
    private final Transformer blocks;
    private final Linear head;

    public VisionTransformer(Generator generator, Size size, TransformerDesign design) {
        if (design.causal() || !design.preNorm()) throw new IllegalArgumentException("VisionTransformer: its blocks have their norm first and are not causal");
        this.size = size;
        width = design.width();
        embedding = child("patches", new Linear(generator, size.channels * size.patch * size.patch, width, !size.normFirst, design.dtype()));
        classToken = parameter("class_token", generator.normal(design.dtype(), Shape.of(1, 1, width), 0, 0.02));
        positions = parameter("positions", generator.normal(design.dtype(), Shape.of(size.patches() + 1, width), 0, 0.02));
        first = size.normFirst ? child("norm", Transformer.norm(design)) : null;
        blocks = child("blocks", new Transformer(generator, design, size.depth, 1, Transformer.Positions.NONE));
        head = size.outputs == 0 ? null : child("head", new Linear(generator, width, size.outputs, true, design.dtype()));
    }

    /** The head on the class token, [n, outputs]; without a head the class token itself, [n, width]. */
    @Override
    public Tensor forward(Tensor images) {
        Tensor token = tokens(images).select(1, 0);
        return head == null ? token : head.forward(token);
    }

    /** The class token and the patches, row by row, after the last layer norm: [n, 1 + patches, width]. */
    public Tensor tokens(Tensor images) {
        if (images.rank() != 4 || images.size(1) != size.channels || images.size(2) != size.image || images.size(3) != size.image) {
            throw new IllegalArgumentException("VisionTransformer: images are " + images.shape() + "; they must be [n, " + size.channels + ", " + size.image + ", "
                    + size.image + "]");
        }
        Tensor patches = embedding.forward(cut(images));
        Tensor lead = classToken.value().expand(images.size(0), 1, width);
        Tensor placed = Tensors.concat(1, List.of(lead, patches)).add(positions.value());
        return blocks.forward(first == null ? placed : first.forward(placed));
    }

    /** The patches alone, [n, patches, width]. */
    public Tensor patches(Tensor images) {
        return tokens(images).narrow(1, 1, size.patches());
    }

    /** [n, c, h, w] as [n, patches, c patch patch], each patch's channels one after another. */
    private Tensor cut(Tensor images) {
        long side = size.image / size.patch;
        return images.reshape(images.size(0), size.channels, side, size.patch, side, size.patch).permute(0, 2, 4, 1, 3, 5)
                .reshape(images.size(0), side * side, (long) size.channels * size.patch * size.patch);
    }
}
