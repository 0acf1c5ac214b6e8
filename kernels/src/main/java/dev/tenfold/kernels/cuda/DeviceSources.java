package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CUDA texts of the folder {@code src-cuda}, which the jar carries under that name. */
final class DeviceSources {
    private static final Pattern INCLUDE = Pattern.compile("^[ \t]*#[ \t]*include[ \t]*\"([^\"]+)\"", Pattern.MULTILINE);
    private static final Map<String, String> TEXTS = new ConcurrentHashMap<>();

    private DeviceSources() {
    }

    /**
     * The text of a file.
     *
     * @param path below {@code src-cuda}, such as {@code common/types.cuh}
     * @throws IllegalArgumentException when there is no such file
     */
    static String read(String path) {
        return TEXTS.computeIfAbsent(path, DeviceSources::load);
    }

    private static String load(String path) {
        try (InputStream in = DeviceSources.class.getResourceAsStream("/src-cuda/" + path)) {
            if (in == null) throw new IllegalArgumentException("there is no CUDA source src-cuda/" + path + " in this build of tenfold-kernels");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("src-cuda/" + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Every header that {@code text} includes in quotes, and that these include, by its name below {@code src-cuda}. */
    static Map<String, String> headers(String text) {
        Map<String, String> found = new TreeMap<>();
        collect(text, found);
        return found;
    }

    private static void collect(String text, Map<String, String> found) {
        Matcher include = INCLUDE.matcher(text);
        while (include.find()) {
            String name = include.group(1);
            if (found.containsKey(name)) continue;
            String header = read(name);
            found.put(name, header);
            collect(header, found);
        }
    }
}
