package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Examples;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.Images;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.data.image.PixelWriter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Batches of images with their captions. */
public final class CaptionExamples implements Examples<CaptionBatch> {
    /** What an example is. */
    public enum Per {
        /** A caption with its image: an image with several captions comes several times in an epoch. */
        CAPTION,
        /** An image with one of its captions, drawn anew in every epoch. */
        IMAGE
    }

    private static final int CAPTION_STREAM = 1;

    private final Captions captions;
    private final int[][] captionsOf;
    private final int[][] tokens;
    private final int[] lengths;
    private final Per per;
    private final PixelWriter writer;
    private final Generator choices;

    /**
     * Pairs of images and tokenised captions.
     *
     * @param images       of the same number and order as {@code captions.images()}
     * @param length       of a row of tokens; longer captions are cut
     * @param augmentation must make every image {@code height x width}
     * @param generator    decides about augmentations and which caption is drawn, by its seed and subsequence
     */
    public CaptionExamples(Captions captions, Images images, Tokeniser tokeniser, int length, Per per, Normalisation normalisation,
                           Augmentation augmentation, int height, int width, Generator generator) {
        if (images.size() != captions.images().size()) {
            throw new IllegalArgumentException("CaptionExamples: " + images.size() + " images in " + images.name() + ", the captions are of " + captions.images().size());
        }
        this.captions = captions;
        this.per = per;
        captionsOf = captions.byImage();
        tokens = new int[captions.texts().size()][length];
        lengths = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) lengths[i] = tokeniser.sequence(captions.texts().get(i), tokens[i]);
        writer = new PixelWriter(images, normalisation, augmentation, height, width, generator.fork(0));
        choices = generator.fork(CAPTION_STREAM);
    }

    @Override
    public int size() {
        return per == Per.CAPTION ? tokens.length : captions.images().size();
    }

    @Override
    public CaptionBatch batch(Choice choice) {
        int n = choice.size();
        int[] shown = new int[n];
        long[] ids = new long[n * tokens[0].length];
        long[] counts = new long[n];
        long[] numbers = new long[n];
        for (int i = 0; i < n; i++) {
            int caption = caption(choice, i);
            shown[i] = captions.imageOf()[caption];
            numbers[i] = shown[i];
            counts[i] = lengths[caption];
            for (int k = 0; k < tokens[caption].length; k++) ids[i * tokens[caption].length + k] = tokens[caption][k];
        }
        List<Tensor> made = new ArrayList<>();
        try {
            made.add(writer.write(new Choice(shown, repeats(choice), choice.epoch())));
            made.add(Tensors.of(ids, n, tokens[0].length));
            made.add(Tensors.of(counts, n));
            made.add(Tensors.of(numbers, n));
            return new CaptionBatch(made.get(0), made.get(1), made.get(2), made.get(3), choice.rows());
        } catch (RuntimeException | Error e) {
            made.forEach(Tensor::close);
            throw e;
        }
    }

    private int caption(Choice choice, int i) {
        int row = choice.rows()[i];
        if (per == Per.CAPTION) return row;
        int[] its = captionsOf[row];
        return its[choice.draws(choices, i).below(its.length)];
    }

    /** Captions of one image are told apart, so that their augmentations differ in an epoch. */
    private int[] repeats(Choice choice) {
        int[] repeats = choice.repeats().clone();
        if (per == Per.IMAGE) return repeats;
        for (int i = 0; i < repeats.length; i++) {
            int[] its = captionsOf[captions.imageOf()[choice.rows()[i]]];
            repeats[i] = repeats[i] * its.length + Arrays.binarySearch(its, choice.rows()[i]);
        }
        return repeats;
    }
}
