package dev.tenfold.nn.data.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Images sorted into folders by class, as in {@code train/dog/0001.jpg}. Classes are numbered in the order of their names, images come in
 * the order of theirs; both compare characters, so the order is the same on every machine. Folders within a class belong to it.
 *
 * @param files   relative to the folder
 * @param labels  one per file
 * @param classes the names of the classes
 */
public record ImageFolder(List<String> files, int[] labels, List<String> classes) {
    /**
     * Sorts the names of a store.
     *
     * @param prefix  the folder in the store that holds the classes, such as {@code train}; empty for the store itself
     * @param classes their names in order when they are known, as for a test set by those of the training set; empty takes those found
     * @throws IOException when there is no image in a class, or a class is not among {@code classes}
     */
    public static ImageFolder of(ImageStore store, String prefix, List<String> classes) throws IOException {
        String start = prefix.isEmpty() ? "" : prefix + "/";
        List<String> files = new ArrayList<>();
        TreeSet<String> found = new TreeSet<>();
        for (String name : store.names()) {
            int slash = name.startsWith(start) ? name.indexOf('/', start.length()) : -1;
            if (slash < 0) continue;
            files.add(name);
            found.add(name.substring(start.length(), slash));
        }
        Path folder = store.path(prefix);
        if (files.isEmpty()) throw new IOException(folder + " has no folders of JPEG or PNG images, one folder per class");
        List<String> known = classes.isEmpty() ? List.copyOf(found) : List.copyOf(classes);
        Map<String, Integer> number = new HashMap<>();
        for (String name : known) number.put(name, number.size());
        int[] labels = new int[files.size()];
        for (int i = 0; i < labels.length; i++) {
            String of = files.get(i).substring(start.length(), files.get(i).indexOf('/', start.length()));
            labels[i] = number.getOrDefault(of, -1);
            if (labels[i] < 0) throw new IOException(folder.resolve(of) + " is no class of the training images, which are " + String.join(", ", known.subList(0, Math.min(20, known.size()))));
        }
        return new ImageFolder(Collections.unmodifiableList(files), labels, known);
    }
}
