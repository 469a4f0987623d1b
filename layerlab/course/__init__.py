"""The course: exercises that check themselves, and questions to answer before you look."""

from layerlab.course.predict import predict

__all__ = ["predict"]
