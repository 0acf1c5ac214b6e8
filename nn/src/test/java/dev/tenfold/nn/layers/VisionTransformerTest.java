package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VisionTransformerTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static VisionTransformer small(boolean normFirst, int outputs) {
        return new VisionTransformer(new Generator(1), new VisionTransformer.Size(6, 2, 3, 2, outputs, normFirst),
                TransformerDesign.of(8, 2).withType(DType.F64));
    }

    @Test
    void theTinyModelHasItsPublishedNumberOfParameters() {
        // ViT-Ti/16 at 224 x 224 with 1000 classes: 5 717 416 (Touvron et al. 2021).
        try (VisionTransformer tiny = new VisionTransformer(new Generator(1), new VisionTransformer.Size(224, 3, 16, 12, 1000, false), TransformerDesign.of(192, 3))) {
            assertEquals(5_717_416, tiny.parameterCount());
        }
    }

    @Test
    void everyTokenCanBeHad() {
        Tensor images = new Generator(2).normal(DType.F64, 3, 2, 6, 6);
        VisionTransformer net = small(true, 0);
        Tensor all = net.tokens(images);
        assertEquals(Shape.of(3, 5, 8), all.shape());
        assertArrayEquals(all.narrow(1, 1, 4).contiguous().toDoubles(), net.patches(images).contiguous().toDoubles());
        assertArrayEquals(all.select(1, 0).contiguous().toDoubles(), net.forward(images).contiguous().toDoubles());
        assertEquals(Shape.of(3, 10), small(false, 10).forward(images).shape());
    }

    @Test
    void patchesAreAConvolutionOfTheirSize() {
        VisionTransformer net = small(false, 0);
        Tensor images = new Generator(2).normal(DType.F64, 1, 2, 6, 6);
        Linear patches = (Linear) net.children().get("patches");
        Tensor kernel = patches.weight().value().reshape(8, 2, 3, 3);
        Tensor expected = Convolutions.conv2d(images, kernel, null, 3, 0).reshape(8, 4).transpose();
        Tensor lead = net.namedParameters().get("class_token").value().reshape(1, 8);
        Tensor bias = net.namedParameters().get("patches.bias").value();
        Tensor tokens = Tensors.concat(0, List.of(lead, expected.add(bias))).add(net.namedParameters().get("positions").value());
        assertArrayEquals(net.children().get("blocks").forward(tokens.unsqueeze(0)).toDoubles(), net.tokens(images).toDoubles(), 1e-13);
    }

    @Test
    void gradientsReachTheImage() {
        VisionTransformer net = small(true, 2);
        GradientCheck.check(in -> net.forward(in.getFirst()), List.of(new Generator(2).normal(DType.F64, 1, 2, 6, 6)), 1, 1e-6);
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> small(false, 0).forward(Tensors.zeros(DType.F64, 1, 2, 6, 9))).getMessage();
        assertTrue(message.contains("images are [1, 2, 6, 9]; they must be [n, 2, 6, 6]"), message);
        assertThrows(IllegalArgumentException.class, () -> new VisionTransformer.Size(30, 3, 16, 1, 0, false));
    }
}
