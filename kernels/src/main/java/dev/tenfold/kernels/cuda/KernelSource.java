package dev.tenfold.kernels.cuda;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of one or several kernels, and the headers it includes. A file may include any file of {@code src-cuda} by its path below it,
 * in quotes: {@code #include "common/types.cuh"}.
 *
 * @param file    the name that errors carry, such as {@code src-cuda/softmax/rows.cu}
 * @param text    CUDA C++; every kernel is {@code extern "C" __global__ void name(…)}
 * @param headers the texts of the included files by the name they are included under
 */
public record KernelSource(String file, String text, Map<String, String> headers) {
    public KernelSource {
        headers = Map.copyOf(headers);
    }

    /** A file of {@code src-cuda}, such as {@code softmax/rows.cu}. */
    public static KernelSource of(String path) {
        return generated("src-cuda/" + path, DeviceSources.read(path));
    }

    /**
     * A file of {@code src-cuda} with other values for some of its {@code #define NAME VALUE} lines, such as the element type.
     *
     * @param defines names and values in turn
     */
    public static KernelSource of(String path, String... defines) {
        String text = DeviceSources.read(path);
        for (int i = 0; i < defines.length; i += 2) {
            Matcher line = Pattern.compile("^#define " + defines[i] + " .*$", Pattern.MULTILINE).matcher(text);
            if (!line.find()) throw new IllegalArgumentException("src-cuda/" + path + " has no line #define " + defines[i]);
            text = line.replaceFirst(Matcher.quoteReplacement("#define " + defines[i] + " " + defines[i + 1]));
        }
        return generated("src-cuda/" + path, text);
    }

    /** A text that was made by a program, or that lies in a user's own files; {@code file} is what errors call it. */
    public static KernelSource generated(String file, String text) {
        return new KernelSource(file, text, DeviceSources.headers(text));
    }

    @Override
    public String toString() {
        return file;
    }
}
