package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A call that the driver refused, or a kernel that failed. The message has the code, its name and its text, what was called with which
 * arguments and, where the error has ended the device's context, which kernels were under way.
 */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String name;
    private final boolean sticky;

    CudaException(int code, String name, boolean sticky, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.name = name;
        this.sticky = sticky;
    }

    /** The driver's number for the error. */
    public int code() {
        return code;
    }

    /** The driver's name for the error, for example {@code CUDA_ERROR_ILLEGAL_ADDRESS}. */
    public String name() {
        return name;
    }

    /** Whether the device's context is lost: every later call fails, and the process must be restarted. */
    public boolean sticky() {
        return sticky;
    }

    /** For calls that belong to no device's context. */
    static void check(int code, String call) {
        if (code != 0) throw new CudaException(code, name(code), false, sentence(code, call), null);
    }

    /** The first half of every message: {@code CUDA 700 CUDA_ERROR_ILLEGAL_ADDRESS in CALL: text}. */
    static String sentence(int code, String call) {
        return "CUDA " + code + " " + name(code) + " in " + call + ": " + text(code);
    }

    static String name(int code) {
        try (PointerPointer<BytePointer> result = new PointerPointer<>(1)) {
            return cuGetErrorName(code, result) == 0 ? string(result) : "(an error that the driver has no name for)";
        }
    }

    private static String text(int code) {
        try (PointerPointer<BytePointer> result = new PointerPointer<>(1)) {
            return cuGetErrorString(code, result) == 0 ? string(result) : "no text";
        }
    }

    private static String string(PointerPointer<BytePointer> result) {
        BytePointer text = result.get(BytePointer.class, 0);
        return text == null ? "" : text.getString();
    }

    /** Errors after which the driver refuses everything in the context: a kernel has failed or the device is gone. */
    static boolean endsContext(int code) {
        return switch (code) {
            case CUDA_ERROR_ECC_UNCORRECTABLE, CUDA_ERROR_NVLINK_UNCORRECTABLE, CUDA_ERROR_CONTEXT_IS_DESTROYED, CUDA_ERROR_ILLEGAL_ADDRESS,
                 CUDA_ERROR_LAUNCH_TIMEOUT, CUDA_ERROR_ASSERT, CUDA_ERROR_HARDWARE_STACK_ERROR, CUDA_ERROR_ILLEGAL_INSTRUCTION,
                 CUDA_ERROR_MISALIGNED_ADDRESS, CUDA_ERROR_INVALID_ADDRESS_SPACE, CUDA_ERROR_INVALID_PC, CUDA_ERROR_LAUNCH_FAILED,
                 CUDA_ERROR_EXTERNAL_DEVICE, CUDA_ERROR_UNKNOWN -> true;
            default -> false;
        };
    }
}
