package dev.tenfold.kernels.cuda;

import java.util.Map;

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

    /** A text that was made by a program, or that lies in a user's own files; {@code file} is what errors call it. */
    public static KernelSource generated(String file, String text) {
        return new KernelSource(file, text, DeviceSources.headers(text));
    }

    @Override
    public String toString() {
        return file;
    }
}
