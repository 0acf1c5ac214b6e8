package dev.tenfold.kernels.cuda;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A kernel's text that does not compile: the compiler's words, with the lines of the text that they are about. */
public final class KernelCompilationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code file(12): error: …} of NVRTC, {@code file:12:3: error: …} of g++. */
    private static final Pattern ERROR = Pattern.compile("^(.*?)(?:\\((\\d+)\\)|:(\\d+)(?::\\d+)?):\\s*(?:catastrophic |fatal )?error\\b.*$", Pattern.MULTILINE);
    private static final int MOST = 5;

    KernelCompilationException(KernelSource source, String compiler, String architecture, String log) {
        super(source.file() + " does not compile for " + architecture + " (" + compiler + "):\n" + annotated(source, log));
    }

    private static String annotated(KernelSource source, String log) {
        StringBuilder text = new StringBuilder();
        Matcher error = ERROR.matcher(log);
        int shown = 0;
        while (shown < MOST && error.find()) {
            shown++;
            text.append(error.group()).append('\n');
            int line = Integer.parseInt(error.group(2) != null ? error.group(2) : error.group(3));
            String written = line(source, error.group(1), line);
            if (written != null) text.append("    ").append(line).append(" | ").append(written.strip()).append('\n');
        }
        return shown == 0 ? log.strip() : text.toString().stripTrailing();
    }

    private static String line(KernelSource source, String file, int line) {
        String text = file.equals(source.file()) ? source.text() : source.headers().get(file);
        if (text == null) return null;
        return text.lines().skip(line - 1L).findFirst().orElse(null);
    }
}
