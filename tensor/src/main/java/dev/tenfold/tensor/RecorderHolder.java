package dev.tenfold.tensor;

import java.util.ServiceLoader;

/** The recorder of this process, found once. */
final class RecorderHolder {
    static final Recorder RECORDER = find();

    private RecorderHolder() {
    }

    private static Recorder find() {
        return ServiceLoader.load(Recorder.class, Recorder.class.getClassLoader()).findFirst().orElseThrow(() ->
                new IllegalStateException("requiresGrad: no recorder of gradients is present; add dev.tenfold:tenfold-autograd"));
    }
}
