package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.Splits;
import dev.tenfold.nn.data.image.ImageStore;
import dev.tenfold.tensor.io.FormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Images and what is said about them: an image may have several captions.
 *
 * @param images  names of image files, each once, in the order in which they first appear
 * @param texts   the captions
 * @param imageOf for each caption, its image's place in {@code images}
 */
public record Captions(List<String> images, List<String> texts, int[] imageOf) {
    private static final List<String> IMAGE_NAMES = List.of("file", "image", "filename", "file_name", "image_id", "id");
    private static final List<String> CAPTION_NAMES = List.of("caption", "title", "text", "sentence");

    /** Checks the lengths. */
    public Captions {
        if (texts.size() != imageOf.length) throw new IllegalArgumentException("Captions: " + texts.size() + " texts for " + imageOf.length + " images");
        for (int image : imageOf) if (image < 0 || image >= images.size()) throw new IllegalArgumentException("Captions: image " + image + " is not in 0.." + (images.size() - 1));
    }

    /**
     * The captions of a table whose images are in {@code store}: every row is one caption. Where no file has the name that stands in the table, one
     * with {@code .jpg}, {@code .jpeg} or {@code .png} behind it is taken.
     *
     * @throws FormatException when an image is missing, or a caption is blank: the line is named
     */
    public static Captions of(TextTable table, String imageColumn, String captionColumn, ImageStore store) throws FormatException {
        List<String> names = table.values(imageColumn);
        List<String> texts = table.values(captionColumn);
        if (texts.isEmpty()) throw new FormatException(table.path(), 0, "there is no caption");
        Map<String, Integer> numbers = new HashMap<>();
        Set<String> stored = new HashSet<>(store.names());
        List<String> images = new ArrayList<>();
        int[] imageOf = new int[texts.size()];
        for (int i = 0; i < imageOf.length; i++) {
            if (texts.get(i).isBlank()) throw table.fail(i, "the " + captionColumn + " of image " + names.get(i) + " is blank");
            Integer number = numbers.get(names.get(i));
            if (number == null) {
                images.add(stored(names.get(i), stored, table, i, store));
                numbers.put(names.get(i), number = numbers.size());
            }
            imageOf[i] = number;
        }
        return new Captions(List.copyOf(images), texts, imageOf);
    }

    private static String stored(String name, Set<String> stored, TextTable table, int row, ImageStore store) throws FormatException {
        for (String ending : new String[] {"", ".jpg", ".jpeg", ".png"}) if (stored.contains(name + ending)) return name + ending;
        throw table.fail(row, "there is no image \"" + name + "\" in " + store.path(""));
    }

    /**
     * The captions of a table with usual names for its columns: the image in {@code file}, {@code image}, {@code filename}, {@code file_name},
     * {@code image_id} or {@code id}, what is said in {@code caption}, {@code title}, {@code text} or {@code sentence}.
     */
    public static Captions of(TextTable table, ImageStore store) throws FormatException {
        return of(table, first(table, IMAGE_NAMES, "the image"), first(table, CAPTION_NAMES, "what is said about it"), store);
    }

    private static String first(TextTable table, List<String> names, String what) throws FormatException {
        for (String name : names) if (table.columns().contains(name)) return name;
        throw new FormatException(table.path(), 0, "no column has " + what + ": looked for " + String.join(", ", names) + " among " + String.join(", ", table.columns()));
    }

    /** Some of the images, by their places, with all of their captions. */
    public Captions subset(int[] some) {
        int[][] its = byImage();
        List<String> theirImages = new ArrayList<>();
        List<String> theirTexts = new ArrayList<>();
        List<Integer> theirImageOf = new ArrayList<>();
        for (int image : some) {
            for (int caption : its[image]) {
                theirTexts.add(texts.get(caption));
                theirImageOf.add(theirImages.size());
            }
            theirImages.add(images.get(image));
        }
        return new Captions(List.copyOf(theirImages), List.copyOf(theirTexts), theirImageOf.stream().mapToInt(i -> i).toArray());
    }

    /** The captions of each image. */
    int[][] byImage() {
        return Splits.byClass(imageOf);
    }
}
