package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.data.DataFolder;
import dev.tenfold.methods.data.ProceduralImages;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The images of a run: those of the user's folder, or shapes made from the seed.
 *
 * @param train       training images
 * @param test        test images, never used to choose anything
 * @param augmentation of training images
 * @param description in one line
 */
record Pictures(ImageSet train, ImageSet test, Augmentation augmentation, String description) {
    /** Sizes of the sets made where no folder is given. */
    record Made(int channels, int size, double noise, int train, int test) {
    }

    /** @throws dev.tenfold.methods.DataException when the folder holds no image set */
    static Pictures of(Run run, Made made) {
        Optional<Path> folder = run.data();
        if (folder.isEmpty()) {
            ImageSet.Split split = new ProceduralImages(made.channels, made.size, made.noise)
                    .split(new Generator(run.seed()).fork(StudyNumber.DATA), made.train, made.test);
            return new Pictures(split.train(), split.test(), augmentation(split.train(), true),
                    "generated shapes: " + made.train + " training and " + made.test + " test images " + size(split.train()) + ", 10 classes");
        }
        ImageSet.Split split = DataFolder.read(folder.get());
        // Digits and signs change their meaning in a mirror.
        boolean mirrored = split.train().name().toLowerCase(Locale.ROOT).matches(".*(cifar|cinic|fashion).*");
        return new Pictures(split.train(), split.test(), augmentation(split.train(), mirrored), split.train() + "; " + split.test());
    }

    private static Augmentation augmentation(ImageSet set, boolean mirrored) {
        Augmentation crop = Augmentation.randomCrop(Math.min(4, set.height() / 8));
        return mirrored ? crop.then(Augmentation.horizontalFlip()) : crop;
    }

    private static String size(ImageSet set) {
        return "[" + set.channels() + ", " + set.height() + ", " + set.width() + "]";
    }

    /** At most so many images, chosen at random (not the first ones, which may be sorted by class). */
    Pictures subset(Generator generator, int most, int mostTest) {
        return new Pictures(some(train, generator.fork(0), most), some(test, generator.fork(1), mostTest), augmentation, description);
    }

    static ImageSet some(ImageSet set, Generator generator, int most) {
        if (most >= set.size()) return set;
        try (Scope scope = Scope.open()) {
            int[] rows = Arrays.stream(generator.permutation(set.size()).toLongs()).limit(most).mapToInt(Math::toIntExact).toArray();
            return set.subset(set.name(), rows);
        }
    }

    /** Pixels in [0, 1], f32 [n, c, h, w]. */
    static Tensor pixels(ImageSet set) {
        return set.images().to(DType.F32).div(255);
    }

    static long[] labels(ImageSet set) {
        return Arrays.stream(set.labels()).asLongStream().toArray();
    }
}
