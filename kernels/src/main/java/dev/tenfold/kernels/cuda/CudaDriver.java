package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.memory.JavaCppAccounting;
import java.util.ArrayList;
import java.util.List;

/**
 * What the search for a driver came to.
 *
 * @param status  one sentence for people
 * @param devices the devices; none when there is no usable driver
 */
record CudaDriver(String status, List<CudaDevice> devices) {
    static CudaDriver find() {
        if (System.getProperty("tenfold.cuda", "").equalsIgnoreCase("off")) return none("CUDA is switched off by -Dtenfold.cuda=off.");
        DriverProbe probe = DriverProbe.run();
        if (probe.devices() == 0) return none(probe.sentence());
        JavaCppAccounting.off();
        try {
            List<CudaDevice> devices = new ArrayList<>();
            for (int i = 0; i < probe.devices(); i++) {
                DeviceProperties properties = DeviceProperties.of(i);
                devices.add(new CudaDevice(i, properties, probe.library(), Long.getLong("tenfold.cuda.memory", properties.memoryBytes())));
            }
            return new CudaDriver("CUDA: " + probe.sentence() + describe(devices) + ".", List.copyOf(devices));
        } catch (LinkageError e) {
            return none(bindingsMissing(e));
        }
    }

    private static CudaDriver none(String sentence) {
        return new CudaDriver(sentence, List.of());
    }

    private static String describe(List<CudaDevice> devices) {
        StringBuilder text = new StringBuilder();
        for (CudaDevice device : devices) {
            DeviceProperties has = device.properties();
            text.append(", cuda:").append(device.index()).append(' ').append(has.name()).append(" (").append(device.architecture()).append(", ")
                    .append(has.multiprocessors()).append(" SMs, ").append(has.memoryBytes() >> 20).append(" MiB)");
        }
        return text.toString();
    }

    private static String bindingsMissing(LinkageError e) {
        String reason = e.getMessage() == null ? e.toString() : e.getMessage().lines().findFirst().orElse("");
        if (reason.contains("cudart")) {
            return "CUDA has a driver and a device, but the library libcudart.so.12 is missing: build with -Pgpu-redist, which brings it, or install"
                    + " the CUDA 12 runtime (" + reason + ").";
        }
        return "CUDA has a driver and a device, but JavaCPP's bindings of org.bytedeco:cuda for this system did not load: " + reason;
    }
}
