"""The monthly pay report (form 3) as a workbook and as a PDF, from the signed run and nothing else."""

from archives.reports.content import PayReport, pay_report
from archives.reports.pdf import as_pdf
from archives.reports.workbook import as_workbook

__all__ = ["PayReport", "as_pdf", "as_workbook", "pay_report"]
