package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files of a data folder, told apart by their names. */
final class Listing {
    private Listing() {
    }

    /** The files whose whole name matches {@code wanted} and not {@code unwanted}, sorted. */
    static List<Path> files(Path folder, String wanted, String unwanted) throws IOException {
        if (!Files.isDirectory(folder)) throw new DataException(folder + (Files.exists(folder) ? " is a file; name the folder that it is in" : " does not exist"));
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(Files::isRegularFile).filter(p -> name(p).matches(wanted) && !name(p).matches(unwanted)).sorted().toList();
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    static DataFiles.Role role(Path path) {
        return DataFiles.roleOf(name(path).toLowerCase(Locale.ROOT).replaceAll("\\.gz$", ""));
    }

    /** The file of the first of the roles that any has; null when none has, an error when two have. */
    static Path only(List<Path> files, DataFiles.Role... roles) {
        for (DataFiles.Role role : roles) {
            List<Path> found = files.stream().filter(p -> role(p) == role).toList();
            if (found.size() > 1) throw new DataException(found.get(0) + " and " + name(found.get(1)) + " are both for " + Arrays.toString(roles).toLowerCase(Locale.ROOT) + "; keep one data set in a folder");
            if (!found.isEmpty()) return found.getFirst();
        }
        return null;
    }

    /** What could not be read, as the user is told. */
    static DataException failed(Path folder, Exception e) {
        if (e instanceof DataException told) return told;
        String reason = e instanceof FormatException ? e.getMessage() : folder + " cannot be read: " + (e instanceof IllegalArgumentException ? e.getMessage() : e);
        return (DataException) new DataException(reason).initCause(e);
    }
}
